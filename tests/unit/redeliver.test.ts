import { expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { DeliveryHistory, PastDelivery } from "../../core/ports/delivery-history.ts";
import { redeliver } from "../../core/webhooks/redeliver.ts";
import { createMemoryRedeliveries } from "../support/memory/redeliveries.ts";

const always = () => true;

/** An attempt so many minutes ago, by default one without a response. */
function attempt(guid: string, id: string, change: Partial<PastDelivery> = {}): PastDelivery {
  const deliveredAt = new Date(Date.now() - 60_000);
  return { id, guid, deliveredAt, hasSucceeded: false, mayBeLost: true, ...change };
}

/** A history of pages, newest first, which refuses to send some again. */
function historyOf(pages: readonly PastDelivery[][], refused: Record<string, ServiceError> = {}) {
  const requested: string[] = [];
  const read: (string | null)[] = [];
  const history: DeliveryHistory = {
    async list({ cursor }) {
      read.push(cursor);
      const page = Number(cursor ?? 0);
      const next = page + 1 < pages.length ? String(page + 1) : null;
      return { deliveries: pages[page] ?? [], next };
    },
    async redeliver(id) {
      if (refused[id]) throw refused[id];
      requested.push(id);
    },
  };
  return { history, requested, read };
}

test("requests each delivery without any success again, by its newest attempt", async () => {
  const { history, requested } = historyOf([
    [
      attempt("lost", "5"),
      attempt("good", "4", { hasSucceeded: true, mayBeLost: false }),
      attempt("refused", "3", { mayBeLost: false }),
    ],
    [attempt("lost", "2"), attempt("good", "1")],
  ]);

  expect(await redeliver({ history, redeliveries: createMemoryRedeliveries() }, always)).toBe(1);
  expect(requested).toEqual(["5"]);
});

test("reads back to three days ago, and then only what is new", async () => {
  const old = new Date(Date.now() - 4 * 86_400_000);
  const pages = [[attempt("one", "3")], [attempt("two", "2", { deliveredAt: old })], []];
  const { history, requested, read } = historyOf(pages);
  let now = Date.now();
  const redeliveries = createMemoryRedeliveries({ now: () => now });
  await redeliver({ history, redeliveries }, always);
  now += 60_000;
  const early = await redeliver({ history, redeliveries }, always);

  expect(early).toBe(0);
  expect(requested).toEqual(["3"]);
  expect(read).toEqual([null, "1"]);
});

test("goes on after a delivery that the platform does not have any more, and stops at a limit", async () => {
  const gone = new ServiceError("provider_error", "Gone.");
  const limited = new ServiceError("provider_rate_limited", "Later.");
  const page = ["1", "2", "3", "4"].map((id) => attempt(`guid-${id}`, id));
  const { history, requested } = historyOf([page], { 1: gone, 3: limited });
  const run = redeliver({ history, redeliveries: createMemoryRedeliveries() }, always);

  await expect(run).rejects.toMatchObject({ code: "provider_rate_limited" });
  expect(requested).toEqual(["2"]);
});
