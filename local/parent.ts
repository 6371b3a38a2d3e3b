const POLL_MS = 500;

/**
 * Calls back once after the process that started this one has ended, if npm started it. On a signal, npm ends
 * itself and its shell, but not what runs in the shell.
 */
export function whenParentEnds(callback: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, POLL_MS);
  timer.unref();
}
