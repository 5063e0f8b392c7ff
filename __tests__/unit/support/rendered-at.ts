import { sharedGlobals } from '../../../src/core/shared-globals';

/** As before the first page. */
export function forgetRendered(): void {
  delete sharedGlobals().renderedAt;
}
