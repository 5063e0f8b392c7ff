/** As before the first page. */
export function forgetRendered(): void {
  Reflect.deleteProperty(globalThis, Symbol.for('next-smart-cache.rendered-at'));
}
