/**
 * Does a step for each item, with at most `count` at a time, and starts none without time. After a step
 * fails, no other is started, and its error is thrown when all that run have ended.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  { count, hasTime }: { count: number; hasTime: () => boolean },
  step: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let hasFailed = false;
  async function work(): Promise<void> {
    for (const item of waiting) {
      if (hasFailed || !hasTime()) return;
      try {
        await step(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  }
  throwFirst(await Promise.allSettled(Array.from({ length: count }, work)));
}

/** Throws the error of the first result that has one. */
export function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) {
    if (result.status === "rejected") throw result.reason;
  }
}
