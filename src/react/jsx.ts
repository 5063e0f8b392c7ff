import { type FindUrl, hashProps, type Props } from '../core/hash-props.js';

/**
 * Makes a function that hashes the URLs in the props of an element, and passes
 * everything else on to React's own function.
 *
 * @param create `jsx`, `jsxs`, `jsxDEV` or `createElement` of React.
 */
export function createJsx<Create extends (...all: never[]) => unknown>(create: Create, find: FindUrl): Create {
  const createAny = create as unknown as (...all: unknown[]) => unknown;
  const createHashed = (type: unknown, props: Props | null, ...others: unknown[]) => {
    const element = elementOf(type);
    return createAny(type, element && props ? hashProps(element, props, find) : props, ...others);
  };
  return createHashed as unknown as Create;
}

/** The element whose rules apply to the props of a type. */
export function elementOf(type: unknown): string | undefined {
  return typeof type === 'string' ? type : elements.get(type as object);
}

/** Components of Next, and the element whose rules apply to their props. */
const elements = new WeakMap<object, string>();

/**
 * Hashes the props of a component wherever the app renders it. It does not wrap the
 * component: Next recognises its own by identity, and other packages must
 * render it as before.
 */
export function treatAsElement<Component extends object>(component: Component, element: string): Component {
  elements.set(component, element);
  return component;
}
