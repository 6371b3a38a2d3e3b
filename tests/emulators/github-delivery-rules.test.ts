import { expect, test } from "vitest";
import { startSubscribed } from "./github-event-fixture.ts";

test("webhooks can be sent several times, in any order, by several senders", async () => {
  const { emulators, received } = await startSubscribed();
  const { github } = emulators.control;
  github.holdDeliveries();
  await github.install({ account: "octo-org" });
  for (let count = 0; count < 20; count += 1) {
    await github.suspend({ account: "octo-org" });
    await github.unsuspend({ account: "octo-org" });
  }
  const sent = (await github.deliveries()).map(({ guid }) => guid);

  github.configureDelivery({ senders: 8, order: "random", copies: 3, delay_milliseconds: 5 });
  await github.releaseDeliveries();

  const guids = received.map(({ headers }) => String(headers["x-github-delivery"]));
  expect(guids.toSorted()).toEqual([...sent, ...sent, ...sent].toSorted());
  expect([...new Set(guids)]).not.toEqual(sent);
  expect((await github.deliveries()).filter(({ redelivery }) => redelivery)).toHaveLength(82);
});

test("a reset drops the webhooks that wait and restores the rules", async () => {
  const { emulators, received } = await startSubscribed();
  const { github } = emulators.control;
  github.configureDelivery({ delay_milliseconds: 60_000, copies: 5 });
  await github.install({ account: "octo-org" });

  await emulators.control.reset();
  await github.install({ account: "octo-org" });
  await github.deliveries();

  expect(received).toHaveLength(1);
});
