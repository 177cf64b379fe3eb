/**
 * Milliseconds that this process has been at work. Unlike the clock's time it does not grow while a busy machine lets others
 * run, so that it tells a slow step from one that had to wait.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
