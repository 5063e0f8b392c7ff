import { type FindUrl, hashProps, type Props } from '../core/url-attributes.js';

/**
 * One of React's own functions for an element, given hashed URLs. It gets all
 * else as it is: the key, the ref, the children, and what development adds.
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

/** The element whose rules hold for the props of a type, if any do. */
export function elementOf(type: unknown): string | undefined {
  return typeof type === 'string' ? type : elements.get(type as object);
}

/** Components of Next, and the element whose rules hold for their props. */
const elements = new WeakMap<object, string>();

/**
 * Has the props of a component hashed wherever the app renders it. The
 * component itself stays as it is: Next knows its own by their identity, and
 * other packages render them with a runtime of their own.
 */
export function treatAsElement<Component extends object>(component: Component, element: string): Component {
  elements.set(component, element);
  return component;
}
