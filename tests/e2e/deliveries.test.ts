import { randomUUID } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, describe, expect, test } from "vitest";
import { createWebhookSender, githubEvent } from "../cases/webhooks.ts";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const KB = 1024;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
control.github.holdDeliveries();
const send = createWebhookSender(stack);

afterEach(() => stack.aws.fail(undefined));

/** Installs the App on an account, and returns both ids of the installation. */
async function install(login: string) {
  const reply = await installGithubAppAs(stack, { login });
  const { installation_id: id } = Object(await reply.json());
  const [row] = await sql<[{ provider: string }]>`
    select provider_installation_id as provider from installations where id = ${id}
  `;
  return { id: String(id), providerId: Number(row.provider) };
}

/** Sends a delivery about issues, and returns its id. */
async function deliver(body: string, event = "issues", guid: string = randomUUID()) {
  const headers = { "x-github-event": event, "x-github-delivery": guid };
  const { status } = await send.github(body, headers);
  return { status, guid, deliveryId: `github:${guid}` };
}

/** Returns the events of a delivery. */
function eventsOf(deliveryId: string) {
  return stack.aws.events.filter(({ detail }) => detail.delivery_id === deliveryId);
}

async function count(table: string): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int from ${sql(table)}`;
  return row.count;
}

const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();

describe("a delivery", () => {
  test("reaches the bus once, with its installation, its metadata and its body", async () => {
    const { id, providerId } = await install("attributed");
    await callApi(stack, "PATCH", `/installations/${id}`, { metadata: { customer: "c-1" } });
    const body = githubEvent("opened", providerId, { issue: { number: 1, title: "Grüße 👋" } });
    const { status, guid, deliveryId } = await deliver(body);
    const copy = await deliver(body, "issues", guid);

    expect([status, copy.status]).toEqual([202, 202]);
    expect(eventsOf(deliveryId)).toMatchObject([
      {
        source: "grantkeep.webhooks",
        detailType: "github.issues",
        detail: {
          installation_id: id,
          platform: "github",
          organization_name: "attributed",
          metadata: { customer: "c-1" },
          event: "issues",
          action: "opened",
          body: JSON.parse(body),
        },
      },
    ]);
  });

  test("of an unknown installation is unclaimed, and has no body", async () => {
    const { deliveryId } = await deliver(githubEvent("opened", 4_242_424));
    const [event, ...others] = eventsOf(deliveryId);

    expect(others).toEqual([]);
    expect(event?.detailType).toBe("github.issues.unclaimed");
    expect(event?.detail).not.toHaveProperty("body");
    expect(event?.detail).not.toHaveProperty("installation_id");
  });

  test("of a suspended installation is dropped, unless it is about the grant", async () => {
    const { id, providerId } = await install("paused");
    await control.github.suspend({ account: "paused" });
    await deliver(githubEvent("suspend", providerId), "installation");
    await stack.aws.eventsSettled();
    const dropped = await deliver(githubEvent("opened", providerId));
    const lifecycle = await deliver(
      githubEvent("new_permissions_accepted", providerId),
      "installation",
    );
    await stack.aws.eventsSettled();

    expect(await read(id)).toMatchObject({ inactive_reason: "suspended" });
    expect(dropped.status).toBe(202);
    expect(eventsOf(dropped.deliveryId)).toEqual([]);
    expect(stack.output()).toMatch(
      new RegExp(`"${dropped.deliveryId}","event":"issues","outcome":"inactive"`),
    );
    expect(eventsOf(lifecycle.deliveryId)).toMatchObject([{ detailType: "github.installation" }]);
  });

  test.each([
    ["250 KB", 250 * KB],
    ["5 MB", 5 * KB * KB],
  ])("of %s is in the bucket, and the event names it", async (_, bytes) => {
    const { providerId } = await install(`large-${bytes}`);
    const body = githubEvent("opened", providerId, { text: "x".repeat(bytes) });
    const { status, deliveryId } = await deliver(body);
    const [event] = eventsOf(deliveryId);
    const stored = await fetch(String(event?.detail.body_url));

    expect(status).toBe(202);
    expect(event?.detail).toMatchObject({ body_ref: { bytes: Buffer.byteLength(body) } });
    expect(event?.detail).not.toHaveProperty("body");
    expect(await stored.text()).toBe(body);
  });

  test("keeps the key __proto__ as data", async () => {
    const { providerId } = await install("proto");
    const body = `{"installation":{"id":${providerId}},"client_payload":{"__proto__":{"polluted":1}}}`;
    const { deliveryId } = await deliver(body, "repository_dispatch");

    expect(JSON.stringify(eventsOf(deliveryId)[0]?.detail.body)).toBe(body);
    expect(Object({}).polluted).toBeUndefined();
  });
});

describe("a delivery that the bus does not take", () => {
  test("is acknowledged, and sent by tick, once, as it was", async () => {
    const { id, providerId } = await install("delayed");
    stack.aws.fail({ service: "events", kind: "internal" });
    const body = githubEvent("opened", providerId, { number: 90071992547409 });
    const { status, guid, deliveryId } = await deliver(body);
    stack.aws.fail(undefined);
    const copy = await deliver(body, "issues", guid);
    const before = eventsOf(deliveryId).length;
    const [row] = await sql<[{ event: string }]>`select event from outbox where id = ${deliveryId}`;
    const ticked = await invoke(stack, "tick", {});
    const again = await invoke(stack, "tick", {});

    expect([status, copy.status, before]).toEqual([202, 202, 0]);
    expect(row.event).toMatch(/^v1\./);
    expect(ticked).toMatchObject({ answer: { delivered: 1 } });
    expect(again).toMatchObject({ answer: { delivered: 0 } });
    expect(eventsOf(deliveryId)).toMatchObject([
      { detailType: "github.issues", detail: { installation_id: id, body: JSON.parse(body) } },
    ]);
    expect(await count("outbox")).toBe(0);
  });
});

describe("a forged event on the bus", () => {
  const bus = new EventBridgeClient({
    endpoint: stack.aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });

  test("binds and ends nothing", async () => {
    const { id, providerId } = await install("forged");
    const rows = await sql`select * from installations order by id`;
    const asked = control.requests().length;
    for (const deliveryId of [`github:${randomUUID()}`, "", "' or 1=1 --"]) {
      const created = {
        action: "created",
        installation: { id: 77, account: { id: 78, type: "User" } },
        sender: { id: 78, login: "mallory" },
        requester: { id: 79, login: "mallory" },
      };
      const detail = { delivery_id: deliveryId, installation_id: id, body: created };
      await bus.send(
        new PutEventsCommand({
          Entries: ["github.installation", "slack.app_uninstalled"].map((DetailType) => ({
            EventBusName: "grantkeep",
            Source: "grantkeep.webhooks",
            DetailType,
            Detail: JSON.stringify(detail),
          })),
        }),
      );
    }
    await stack.aws.eventsSettled();

    expect(await sql`select * from installations order by id`).toEqual(rows);
    expect(control.requests()).toHaveLength(asked);
    expect(stack.aws.deadLetters).toEqual([]);
    expect(providerId).toBeGreaterThan(0);
  });

  test("that names a real delivery only makes the platform be asked again", async () => {
    const { id, providerId } = await install("named");
    const { deliveryId } = await deliver(githubEvent("deleted", providerId), "installation");
    await stack.aws.eventsSettled();
    const entry = {
      EventBusName: "grantkeep",
      Source: "grantkeep.webhooks",
      DetailType: "github.installation",
      Detail: JSON.stringify({ delivery_id: deliveryId, body: { action: "deleted" } }),
    };
    await bus.send(new PutEventsCommand({ Entries: [entry] }));
    await stack.aws.eventsSettled();

    expect(await read(id)).toMatchObject({ is_active: true });
  });
});
