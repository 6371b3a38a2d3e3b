/**
 * Reads secrets and connects in parallel while the function starts, when Lambda gives it full CPU.
 *
 * Ignores failures, because an outage must not fail the start: the first request tries again.
 */
export async function warmUp(
  ...steps: ((options: { reload: boolean }) => Promise<unknown>)[]
): Promise<void> {
  await Promise.allSettled(steps.map((step) => step({ reload: false })));
}
