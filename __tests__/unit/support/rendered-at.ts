import { sharedGlobals } from '../../../src/core/shared-globals';

/** Restores the state before the first page. */
export function forgetRendered(): void {
  delete sharedGlobals().renderedAt;
}
