import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import type { DeliveryHistory, PastDelivery } from "../../core/ports/delivery-history.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresRedeliveries } from "../../core/postgres/redeliveries.ts";
import { redeliver } from "../../core/webhooks/redeliver.ts";
import { exampleApps } from "../../emulators/platforms.ts";
import { signGithub, signSlack } from "../cases/webhooks.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { GITHUB_APP, invoke } from "../support/stack.ts";

/** Set `DELIVERIES=10000` for the long version, which takes some minutes. */
const COUNT = Number(process.env.DELIVERIES ?? 1_000);
const SENDERS = 8;
const MAX_COPIES = 3;
const SANDBOXES = 4;
const INSTALLATIONS = 40;
const OUTAGE_MS = 5_000;
const KILL_MS = 1_500;
const HANDLERS = ["webhooks/github", "webhooks/slack", "tick"].map(
  (name) => `functions/${name}.handler`,
);

interface Sent {
  readonly platform: "github" | "slack";
  readonly id: string;
  readonly installationId: string;
  readonly body: string;
  /** Whether something went wrong while a copy was handled. */
  isSuspect: boolean;
  isAcknowledged: boolean;
  /** The status of each copy and the milliseconds at which it was sent, to explain a loss. */
  readonly copies: string[];
}

const stack = await startSandboxedStack({ variables: GITHUB_APP });
const { sql } = stack.database;
const attempts: PastDelivery[] = [];
let isDatabaseCut = false;
let isOver = false;

const database = createDatabase(async () => stack.database.settings);
afterAll(() => database.close());

async function plantInstallations() {
  const slack = { kind: "slack_bot", clientId: exampleApps.slack.clientId };
  const github = { kind: "github_app", clientId: exampleApps.github.clientId };
  const rows = Array.from({ length: INSTALLATIONS }, (_, number) => {
    const platform = number % 2 === 0 ? ("github" as const) : ("slack" as const);
    const { kind, clientId } = platform === "github" ? github : slack;
    const id = `inst-${randomUUID().replaceAll("-", "")}`;
    return { id, platform, kind, clientId, number: 1_000_000 + number };
  });
  for (const { id, platform, kind, clientId, number } of rows) {
    await sql`
      insert into installations (
        id, platform, organization_id, organization_name, kind, client_id, registration,
        webhook_secret, installed_by, provider_installation_id
      ) values (
        ${id}, ${platform}, ${`T${number}`}, 'Acme', ${kind}, ${clientId}, 'v1.r', 'v1.s', 'octocat',
        ${platform === "github" ? String(number) : null}
      )
    `;
  }
  return rows;
}

/** Sends one copy, and returns the status; 0 without a response. */
async function sendCopy(sent: Sent): Promise<number> {
  const { platform, id, body } = sent;
  const signed =
    platform === "github"
      ? {
          "x-github-event": "issues",
          "x-github-delivery": id,
          "x-hub-signature-256": signGithub(body),
        }
      : signSlack(body);
  const cutBefore = isDatabaseCut;
  const sentAt = Math.round(performance.now());
  const status = await fetch(`${stack.url}/webhooks/${platform}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...signed },
    signal: AbortSignal.timeout(10_000),
  }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 0,
  );
  sent.copies.push(`${sentAt} ms: ${status} after ${Math.round(performance.now()) - sentAt} ms`);
  if (status === 202) sent.isAcknowledged = true;
  if (status !== 202 || cutBefore || isDatabaseCut) sent.isSuspect = true;
  if (platform === "github") {
    attempts.unshift({
      id: String(attempts.length + 1),
      guid: id,
      deliveredAt: new Date(),
      hasSucceeded: status === 202,
      mayBeLost: status === 0 || status >= 500,
    });
  }
  return status;
}

/** Sends a copy as its platform does while the faults happen: Slack sends it two more times, GitHub does not. */
async function send(sent: Sent): Promise<void> {
  for (const pauseMs of [0, 500, 6_000]) {
    await sleep(pauseMs);
    if ((await sendCopy(sent)) === 202 || sent.platform === "github") return;
  }
}

/**
 * Sends the deliveries of which no copy was acknowledged, as Slack does five minutes later: long after the faults,
 * when the claims of processes that were killed have expired.
 */
async function sendLast(deliveries: readonly Sent[]): Promise<void> {
  await sql`
    update deliveries set claimed_until = now() - make_interval(secs => 1) where done_at is null
  `;
  for (const sent of deliveries) {
    if (sent.platform === "slack" && !sent.isAcknowledged) await sendCopy(sent);
  }
}

/** The list of GitHub's deliveries, and its redelivery. */
function historyOf(deliveries: ReadonlyMap<string, Sent>): DeliveryHistory {
  return {
    list: async () => ({ deliveries: [...attempts], next: null }),
    async redeliver(id) {
      const attempt = attempts.find((one) => one.id === id);
      const sent = deliveries.get(attempt?.guid ?? "");
      if (sent) await sendCopy(sent);
    },
  };
}

/** Makes the bus fail half of the time. */
async function failBus(): Promise<void> {
  while (!isOver) {
    stack.aws.fail({
      service: "events",
      kind: randomInt(2) === 0 ? "internal" : "refused_entries",
    });
    await sleep(100);
    stack.aws.fail(undefined);
    await sleep(100);
  }
}

async function killSandboxes(): Promise<void> {
  const alive = [...stack.sandboxes];
  while (!isOver) {
    await sleep(KILL_MS);
    const fresh = await stack.startCold({ handlers: HANDLERS });
    const [victim] = alive.splice(0, 1, fresh);
    stack.use([...alive]);
    victim?.signal("SIGKILL");
  }
}

async function cutDatabase(): Promise<void> {
  await sleep(2_000);
  isDatabaseCut = true;
  stack.proxy.behave({ does: "reset" });
  stack.proxy.reset();
  await sleep(OUTAGE_MS);
  stack.proxy.behave({ does: "pass" });
  isDatabaseCut = false;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

test("F-60 deliveries are neither lost nor given to another installation while all around them fails", {
  timeout: 1_800_000,
}, async ({ annotate }) => {
  const rows = await plantInstallations();
  const fresh = Array.from({ length: SANDBOXES }, () => stack.startCold({ handlers: HANDLERS }));
  stack.use(await Promise.all(fresh));
  const deliveries = Array.from({ length: COUNT }, (_, index): Sent => {
    const {
      id: installationId,
      platform,
      number,
    } = rows[index % rows.length] ?? { id: "", platform: "github", number: 0 };
    const id = platform === "github" ? randomUUID() : `Ev${index}`;
    const body =
      platform === "github"
        ? { action: "opened", installation: { id: number }, number: index }
        : {
            type: "event_callback",
            event_id: id,
            team_id: `T${number}`,
            authorizations: [{ team_id: `T${number}`, enterprise_id: null }],
            event: { type: "message", number: index },
          };
    return {
      platform,
      id,
      installationId,
      body: JSON.stringify(body),
      isSuspect: false,
      isAcknowledged: false,
      copies: [],
    };
  });
  const byId = new Map(deliveries.map((sent) => [sent.id, sent]));
  const copies = shuffled(
    deliveries.flatMap((sent) => Array.from({ length: 1 + randomInt(MAX_COPIES) }, () => sent)),
  );

  const faults = Promise.all([failBus(), killSandboxes(), cutDatabase()]);
  const senders = Array.from({ length: SENDERS }, async () => {
    for (let sent = copies.pop(); sent; sent = copies.pop()) await send(sent);
  });
  await Promise.all(senders);
  isOver = true;
  await faults;
  stack.aws.fail(undefined);
  await sendLast(deliveries);

  // `tick` runs every two minutes, and GitHub's history is read up to where it was read before.
  const redeliveries = createPostgresRedeliveries(database);
  for (let run = 0; run < 10; run += 1) {
    await sql`update delivery_scans set next_scan_at = now() - make_interval(secs => 1)`;
    await sql`update redeliveries set next_try_at = now() - make_interval(secs => 1)`;
    await redeliver({ redeliveries, history: historyOf(byId) }, () => true);
    await sql`update outbox set next_try_at = now() - make_interval(secs => 1)`;
    await invoke(stack, "tick", {});
    const [{ left }] = await sql<[{ left: number }]>`
      select (select count(*) from outbox)::int + (select count(*) from redeliveries)::int as left
    `;
    if (left === 0) break;
  }
  await stack.aws.eventsSettled();

  const received = new Map<string, string[]>();
  for (const { source, detail } of stack.aws.events) {
    if (source !== "grantkeep.webhooks") continue;
    const id = String(detail.delivery_id).replace(/^(github|slack):/, "");
    received.set(id, [...(received.get(id) ?? []), String(detail.installation_id)]);
  }
  const lost = deliveries.filter(({ id }) => !received.has(id));
  const misattributed = deliveries.filter(({ id, installationId }) =>
    received.get(id)?.some((owner) => owner !== installationId),
  );
  const twice = deliveries.filter(({ id }) => (received.get(id)?.length ?? 0) > 1);
  await annotate(
    `${COUNT} deliveries: ${lost.length} lost, ${misattributed.length} misattributed, ${twice.length} twice`,
  );

  expect(lost.map(({ platform, id, copies }) => ({ platform, id, copies }))).toEqual([]);
  expect(misattributed).toEqual([]);
  expect(twice.filter(({ isSuspect }) => !isSuspect)).toEqual([]);
});
