/** Runs an action and returns the milliseconds of processor time that it took. Other processes of a busy machine do not count. */
export function processorMs(action: () => void): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
