import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import {
  createSeenEvents,
  onEvent,
  parseEvent,
  readBody,
} from "../../clients/typescript/src/events.ts";

const detail = {
  installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
  platform: "github",
  organization_id: "583231",
  organization_name: "octocat",
  metadata: { customer: "42" },
  delivery_id: "github:72d3162e-cc78-11e3-81ab-4c9367dc0958",
  event: "issues",
  action: "opened",
  received_at: "2026-11-22T12:00:00.000Z",
  body: { action: "opened", issue: { number: 1 } },
};
const entry = { source: "grantkeep.webhooks", "detail-type": "github.issues", detail };

const text = JSON.stringify(detail.body);
const sha256 = createHash("sha256").update(text).digest("hex");
const body_ref = { bucket: "bodies", key: "1", bytes: text.length, sha256 };
const parseDelivery = (input: unknown) => {
  const event = parseEvent(input);
  if (event.kind !== "delivery") throw new Error("This is no delivery.");
  return event;
};
const large = (more: object) =>
  parseDelivery({ ...entry, detail: { ...detail, body: undefined, body_ref, ...more } });

test("an entry of the bus is parsed", () => {
  expect(parseEvent(entry)).toEqual({
    kind: "delivery",
    id: "github:72d3162e-cc78-11e3-81ab-4c9367dc0958",
    type: "github.issues",
    platform: "github",
    event: "issues",
    action: "opened",
    installationId: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
    organizationId: "583231",
    organizationName: "octocat",
    metadata: { customer: "42" },
    receivedAt: new Date("2026-11-22T12:00:00.000Z"),
    body: { action: "opened", issue: { number: 1 } },
    bodyUrl: null,
    bodyRef: null,
  });
});

test("an event about an installation is parsed", () => {
  const happened = {
    event_id: "evt-0197a1b2c3d47e8f9a0b1c2d3e4f5a6c",
    installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
    platform: "slack",
    organization_id: "T0ACME",
    organization_name: "Acme",
    occurred_at: "2026-11-22T12:00:00.000Z",
    grant_ends_at: null,
    reason: "uninstalled",
  };
  const uninstalled = { source: "grantkeep", "detail-type": "installation.uninstalled" };

  expect(parseEvent({ ...uninstalled, detail: happened })).toEqual({
    kind: "installation",
    id: "evt-0197a1b2c3d47e8f9a0b1c2d3e4f5a6c",
    type: "installation.uninstalled",
    platform: "slack",
    installationId: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
    organizationId: "T0ACME",
    organizationName: "Acme",
    occurredAt: new Date("2026-11-22T12:00:00.000Z"),
    detail: happened,
  });
});

test.each([
  null,
  {},
  { ...entry, source: "somebody.else" },
  { ...entry, source: "grantkeep" },
  { ...entry, "detail-type": 1 },
  { ...entry, detail: null },
  { ...entry, detail: { ...detail, platform: "gitlab" } },
  { ...entry, detail: { ...detail, delivery_id: undefined } },
  { ...entry, detail: { ...detail, event: undefined } },
  { ...entry, detail: { ...detail, received_at: "yesterday" } },
])("what is no event of a delivery is refused: %j", (input) => {
  expect(() => parseEvent(input)).toThrow(expect.objectContaining({ code: "invalid_event" }));
});

test("a delivery that comes twice is handled once", async () => {
  const handled: string[] = [];
  const handler = onEvent(async ({ id }) => {
    handled.push(id);
  });

  await Promise.all([handler(entry), handler(entry)]);
  await handler(entry);

  expect(handled).toEqual([detail.delivery_id]);
});

test("a delivery whose handler failed is handled again", async () => {
  let attempts = 0;
  const handler = onEvent(async () => {
    attempts++;
    if (attempts === 1) throw new Error("busy");
  });

  await expect(handler(entry)).rejects.toThrow("busy");
  await handler(entry);

  expect(attempts).toBe(2);
});

test("the memory of deliveries is bounded, and keeps the last ones", async () => {
  const seen = createSeenEvents(2);

  const isNew = ["a", "b", "c", "b", "a"].map((id) => seen.add(id));

  expect(isNew).toEqual([true, true, true, false, true]);
});

test("a body on the bus is returned as it is", async () => {
  expect(await readBody(parseDelivery(entry))).toEqual(detail.body);
});

test("a large body is read by its URL", async () => {
  const event = large({ body_url: `data:application/json,${encodeURIComponent(text)}` });

  expect(await readBody(event)).toEqual(detail.body);
});

test("a large body whose URL has expired is read from the bucket", async () => {
  const event = large({ body_url: "data:expired" });

  const body = await readBody(event, async ({ bucket, key }) => {
    expect({ bucket, key }).toEqual({ bucket: "bodies", key: "1" });
    return text;
  });

  expect(body).toEqual(detail.body);
});

test("a large body that is another than was stored is refused", async () => {
  const event = large({ body_url: "data:application/json,{}" });

  await expect(readBody(event, async () => "{}")).rejects.toMatchObject({
    code: "body_unavailable",
  });
});
