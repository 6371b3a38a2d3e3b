import { afterEach, describe, expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { eventsOf } from "../support/bus-events.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const HOUR = 3600;
/** After this time, an event that was not sent is due. */
const EVENT_DUE_SECONDS = 61;
const NOTHING = {
  sent: 0,
  delivered: 0,
  redelivered: 0,
  refreshed: 0,
  ended: 0,
  webhooks: 0,
  failed: 0,
  failures: {},
};

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
control.github.holdDeliveries();

afterEach(async () => {
  stack.aws.fail(undefined);
  control.clearFaults();
  await emptyTables(sql, "installations", "pending_events");
});

const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });

async function tick(): Promise<unknown> {
  const result = await invoke(stack, "tick", {});
  return result.ok ? result.answer : result;
}

/** Installs while the bus takes no events. */
async function installUnheard(name: string): Promise<string> {
  stack.aws.fail({ service: "events", kind: "internal" });
  const id = await installOn(stack, "jira", name);
  stack.aws.fail(undefined);
  return id;
}

async function countPending(): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int from pending_events`;
  return row.count;
}

test("with nothing to do, tick does nothing", async () => {
  await installOn(stack, "slack", "IDLE");

  expect(await tick()).toEqual(NOTHING);
});

describe("an event that the bus has not taken", () => {
  test("is sent again with the same id, and only once it is due", async () => {
    const id = await installUnheard("unheard");
    const early = await tick();
    await control.letTimePass(EVENT_DUE_SECONDS);
    const [stored] =
      await sql`select id, occurred_at from pending_events where installation_id = ${id}`;

    const due = await tick();
    const late = await tick();

    expect(early).toEqual(NOTHING);
    expect(due).toEqual({ ...NOTHING, sent: 1 });
    expect(late).toEqual(NOTHING);
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
    const event = stack.aws.events.find(({ detail }) => detail.installation_id === id);
    expect(event?.detail).toMatchObject({
      event_id: stored?.id,
      occurred_at: stored?.occurred_at.toISOString(),
    });
    expect(await countPending()).toBe(0);
  });

  test("stays stored while the bus is away, and is counted as a failure each time", async () => {
    const id = await installUnheard("patient");
    stack.aws.fail({ service: "events", kind: "internal" });
    const results = [];
    for (let run = 0; run < 3; run += 1) {
      await control.letTimePass(2 * EVENT_DUE_SECONDS);
      results.push(await tick());
    }
    stack.aws.fail(undefined);
    await control.letTimePass(2 * EVENT_DUE_SECONDS);

    const sent = await tick();

    const failed = { ...NOTHING, failed: 1 };
    expect(results).toEqual([failed, failed, failed]);
    expect(sent).toEqual({ ...NOTHING, sent: 1 });
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
  });

  test("is sent by one of two runs at the same time", async () => {
    const ids = [];
    for (const name of ["many-1", "many-2", "many-3"]) ids.push(await installUnheard(name));
    await control.letTimePass(EVENT_DUE_SECONDS);

    const results = await Promise.all([tick(), tick()]);

    const sent = results.map((result) => Object(result).sent);
    expect(sent[0] + sent[1]).toBe(3);
    for (const id of ids) expect(eventsOf(stack, id)).toEqual(["installation.created"]);
  });

  test("is sent again, with the same id, if its removal was lost", async () => {
    const id = await installOn(stack, "jira", "removed");
    const [event] = stack.aws.events.filter(({ detail }) => detail.installation_id === id);
    const { event_id: eventId, organization_id: organizationId } = event?.detail ?? {};
    await sql`
      insert into pending_events
        (id, installation_id, platform, organization_id, organization_name, type, next_try_at)
      values
        (${String(eventId)}, ${id}, 'jira', ${String(organizationId)}, 'removed', 'created', now())
    `;

    expect(await tick()).toEqual({ ...NOTHING, sent: 1 });
    const sent = stack.aws.events.filter(({ detail }) => detail.installation_id === id);
    expect(sent.map(({ detail }) => detail.event_id)).toEqual([eventId, eventId]);
  });

  test("of an installation that was deleted is sent too: a hundred in one run, the oldest first", async () => {
    await sql`
      insert into pending_events
        (id, installation_id, platform, organization_id, organization_name, type, next_try_at)
      select
        'evt-' || lpad(to_hex(number), 32, '0'), 'inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b', 'slack',
        'T0ACME', 'Acme', 'uninstalled', now() - make_interval(secs => 200 - number)
      from generate_series(1, 120) as number
    `;
    const before = stack.aws.events.length;

    const first = await tick();
    const sentFirst = stack.aws.events.slice(before).map(({ detail }) => detail.event_id);
    const second = await tick();

    expect(first).toEqual({ ...NOTHING, sent: 100 });
    expect(sentFirst).toContain(`evt-${"1".padStart(32, "0")}`);
    expect(sentFirst).not.toContain(`evt-${(120).toString(16).padStart(32, "0")}`);
    expect(second).toEqual({ ...NOTHING, sent: 20 });
  });
});

describe("a refresh with an unknown outcome", () => {
  /** Loses the responses to a refresh and to its second try, so that the outcome stays unknown. */
  async function loseReplies(platform: "jira" | "slack", path: string, id: string): Promise<void> {
    control.addFault({ platform, path, times: 2, fault: { kind: "lose_reply" } });
    await lookUp(id);
    const [row] = await sql`select refresh_attempts from installations where id = ${id}`;
    expect(row?.refresh_attempts).toBeGreaterThan(0);
    await control.letTimePass(60);
  }

  test("is tried again at Jira, within the time that it accepts the refresh token", async () => {
    const id = await installOn(stack, "jira", "open");
    await control.letTimePass(HOUR);
    await loseReplies("jira", "/oauth/token", id);

    expect(await tick()).toEqual({ ...NOTHING, refreshed: 1 });
    expect(await tick()).toEqual(NOTHING);
    await control.letTimePass(20 * 60);
    expect(await lookUp(id)).toMatchObject({ ok: true });
    expect(await read(id)).toMatchObject({ is_active: true, last_refresh_error: null });
  });

  test("is left to the next lookup at Slack, where another try may use up the refresh token", async () => {
    const id = await installOn(stack, "slack", "OPEN");
    await control.letTimePass(11 * HOUR);
    await loseReplies("slack", "/api/oauth.v2.access", id);

    expect(await tick()).toEqual(NOTHING);
  });

  test("that fails again is counted by its error, and does not fail the run", async () => {
    const id = await installOn(stack, "jira", "down");
    await control.letTimePass(HOUR);
    await loseReplies("jira", "/oauth/token", id);
    const fault = { kind: "status", status: 503 } as const;
    control.addFault({ platform: "jira", times: "until_cleared", fault });

    expect(await tick()).toMatchObject({ refreshed: 0, failed: 1 });
    expect(await read(id)).toMatchObject({ is_active: true });
  });
});

describe("an installation whose refresh token is lost", () => {
  async function plantEnding(name: string): Promise<string> {
    const id = await installOn(stack, "slack", name);
    await sql`
      update installations set
        previous_refresh_token = refresh_token, refresh_token = null,
        grant_ends_at = token_expires_at
      where id = ${id}
    `;
    return id;
  }

  test("returns its token with grant_ends_at, and ends when that has come, without a second event", async () => {
    const id = await plantEnding("ENDING");
    const { token_expires_at: end } = Object(await read(id));
    const lookup = await lookUp(id);
    const early = await tick();
    await control.letTimePass(13 * HOUR);

    const due = await tick();

    expect(end).toEqual(expect.any(String));
    expect(lookup).toMatchObject({ ok: true, answer: { expires_at: end, grant_ends_at: end } });
    expect(early).toEqual(NOTHING);
    expect(due).toEqual({ ...NOTHING, ended: 1 });
    expect(await tick()).toEqual(NOTHING);
    expect(await read(id)).toMatchObject({
      is_active: false,
      inactive_reason: "reauthorization_required",
      grant_ends_at: null,
    });
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
  });

  test("is not ended after the customer has installed again", async () => {
    const id = await plantEnding("RENEWED");
    await installOn(stack, "slack", "RENEWED");
    await control.letTimePass(13 * HOUR);

    expect(await tick()).toEqual(NOTHING);
    expect(await read(id)).toMatchObject({ is_active: true, grant_ends_at: null });
  });
});

test("without its database, tick fails with retry_later, and the next run does the work", async () => {
  const id = await installUnheard("outage");
  await control.letTimePass(EVENT_DUE_SECONDS);
  await sql`alter table pending_events rename to pending_events_away`;
  const failed = await tick();
  await sql`alter table pending_events_away rename to pending_events`;

  expect(failed).toMatchObject({ ok: false, error: "retry_later" });
  expect(await tick()).toEqual({ ...NOTHING, sent: 1 });
  expect(eventsOf(stack, id)).toEqual(["installation.created"]);
});
