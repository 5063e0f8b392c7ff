import { describeProblem, type ErrorParts } from './errors.js';

/** For builds in a row: leaves out what was among the last ones too, since each edit comes with all that is still wrong. */
export function newWarningsOnly(): (warnings: readonly ErrorParts[]) => ErrorParts[] {
  let said = new Set<string>();
  return (warnings) => {
    const isNew = (warning: ErrorParts) => !said.has(describeProblem(warning));
    const found = warnings.filter(isNew);
    said = new Set(warnings.map(describeProblem));
    return found;
  };
}
