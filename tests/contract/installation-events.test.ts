import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createEventId, type InstallationEvent } from "../../core/ports/installation-events.ts";
import {
  createInstallationEvents,
  eventsSent,
} from "../../functions/environment/installation-events.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { EVENT, testInstallationEvents } from "./installation-events.contract.ts";

const Type = v.picklist([
  "created",
  "reinstalled",
  "rebound",
  "unclaimed",
  "uninstalled",
  "reauthorization_required",
]);

const Detail = v.strictObject({
  event_id: v.string(),
  installation_id: v.string(),
  platform: v.picklist(["github", "slack", "jira"]),
  organization_id: v.string(),
  organization_name: v.string(),
  occurred_at: v.string(),
  reason: v.optional(v.string()),
  installer_changed: v.optional(v.boolean()),
  previous_installation_id: v.optional(v.string()),
  grant_ends_at: v.nullable(v.string()),
  has_shared_account: v.optional(v.boolean()),
});

const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map(),
  functions: new Map(),
});

Object.assign(process.env, {
  AWS_ENDPOINT_URL: aws.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
  EVENT_BUS_NAME: "bus-1",
});

afterAll(() => aws.close());

function toEvent({ detailType, detail }: (typeof aws.events)[number]): InstallationEvent {
  const fields = v.parse(Detail, detail);
  const { grant_ends_at: end } = fields;
  return {
    id: fields.event_id,
    type: v.parse(Type, detailType.replace("installation.", "")),
    installationId: fields.installation_id,
    platform: fields.platform,
    organizationId: fields.organization_id,
    organizationName: fields.organization_name,
    occurredAt: new Date(fields.occurred_at),
    reason: fields.reason ?? null,
    grantEndsAt: end === null ? null : new Date(end),
    hasSharedAccount: fields.has_shared_account ?? null,
    installerChanged: fields.installer_changed ?? false,
    previousInstallationId: fields.previous_installation_id ?? null,
  };
}

/** The ids of the events that were removed, in order. */
const removed: string[] = [];
const pending = {
  async remove(ids: readonly string[]) {
    removed.push(...ids);
  },
};

beforeEach(() => {
  aws.fail(undefined);
  removed.length = 0;
});

describe("installation events on EventBridge", () => {
  testInstallationEvents(async () => {
    const before = aws.events.length;
    return {
      events: createInstallationEvents(async () => pending),
      async received() {
        await eventsSent();
        return aws.events.slice(before).map(toEvent);
      },
      breakReceiver: () => aws.fail({ service: "events", kind: "internal" }),
    };
  });
});

describe("a stored event", () => {
  test("is removed once the bus has taken it", async () => {
    const { send } = createInstallationEvents(async () => pending);

    expect(await send(EVENT)).toBe(true);
    expect(removed).toEqual([EVENT.id]);
  });

  test.each(["internal", "throttling", "refused_entries"] as const)(
    "stays when the bus does not take it: %s",
    async (kind) => {
      const { send } = createInstallationEvents(async () => pending);
      aws.fail({ service: "events", kind });

      expect(await send(EVENT)).toBe(false);
      expect(removed).toEqual([]);
    },
  );

  test("that cannot be removed was sent all the same, within two seconds", async () => {
    const never = { remove: () => new Promise<void>(() => {}) };
    const failing = { remove: () => Promise.reject(new Error("The database is away.")) };
    const startedAt = performance.now();

    const sent = [never, failing].map((store) =>
      createInstallationEvents(async () => store).send(EVENT),
    );

    expect(await Promise.all(sent)).toEqual([true, true]);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  test("is removed with all that the bus took while another one was removed", async () => {
    const batches: (readonly string[])[] = [];
    const slow = {
      async remove(ids: readonly string[]) {
        batches.push(ids);
        await sleep(300);
      },
    };
    const { send } = createInstallationEvents(async () => slow);
    const ids = Array.from({ length: 20 }, createEventId);

    const first = send({ ...EVENT, id: ids[0] ?? "" });
    await vi.waitUntil(() => batches.length > 0);
    const others = ids.slice(1).map((id) => send({ ...EVENT, id }));

    expect(await Promise.all([first, ...others])).toEqual(ids.map(() => true));
    expect(batches.length).toBeLessThan(4);
    expect(batches.flat().toSorted()).toEqual(ids.toSorted());
  });

  test("is removed after the removal of others failed", async () => {
    const batches: (readonly string[])[] = [];
    const failing = {
      async remove(ids: readonly string[]) {
        batches.push(ids);
        if (batches.length === 1) throw new Error("The database is away.");
      },
    };
    const { send } = createInstallationEvents(async () => failing);
    const other = createEventId();

    await send(EVENT);
    await send({ ...EVENT, id: other });

    expect(batches).toEqual([[EVENT.id], [other]]);
  });

  test("is removed at once when there is no bus", async () => {
    delete process.env.EVENT_BUS_NAME;
    const { publish } = createInstallationEvents(async () => pending);
    process.env.EVENT_BUS_NAME = "bus-1";
    const before = aws.calls.length;

    publish(EVENT);
    await eventsSent();

    expect(removed).toEqual([EVENT.id]);
    expect(aws.calls).toHaveLength(before);
  });
});
