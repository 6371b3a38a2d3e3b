import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { type TickDeps, tick } from "../../core/operations/tick.ts";
import type { DueWork } from "../../core/ports/due-work.ts";
import type { InstallationEvent } from "../../core/ports/installation-events.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryOutbox } from "../support/memory/deliveries.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { createMemoryPendingEvents } from "../support/memory/pending-events.ts";
import { createMemoryRedeliveries } from "../support/memory/redeliveries.ts";
import { createTables } from "../support/memory/tables.ts";
import { jira } from "../support/refresh-fixture.ts";
import { createScriptedProvider } from "../support/scripted-flow.ts";

const LONG = () => 100_000;
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
const NOTHING_DUE: DueWork = {
  hasDueEvents: false,
  hasDueDeliveries: false,
  isScanDue: false,
  openRefreshes: [],
  endedGrants: [],
  webhooks: [],
};

/** A schedule over some installations, whose events are all due at once. */
async function plant({ count = 0, isTaken = true }: { count?: number; isTaken?: boolean } = {}) {
  const tables = createTables({ now: () => Date.now() });
  const tokens = createMemoryInstallations(tables);
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const input = newInstallation({ platform: "jira", kind: "jira_3lo", clientId: jira.clientId });
    const { installation, event } = await tokens.create(input);
    ids.push(installation.id);
    if (event) tables.events.set(event.id, { event, nextTryAt: 0 });
  }
  const sent: InstallationEvent[] = [];
  const refreshed: string[] = [];
  const deps: TickDeps = {
    tokens,
    providers: [jira],
    async refresh(token: StoredToken) {
      refreshed.push(token.installationId);
      return { ...token, tokenVersion: token.tokenVersion + 1 };
    },
    dueWork: { find: async () => NOTHING_DUE },
    pendingEvents: createMemoryPendingEvents(tables),
    outbox: createMemoryOutbox(tables),
    bus: { put: async () => isTaken },
    redeliveries: createMemoryRedeliveries(),
    sender: {
      async send(event) {
        sent.push(event);
        return isTaken;
      },
    },
  };
  return { deps, ids, sent, refreshed, tables };
}

function due(work: Partial<DueWork>) {
  return { find: async () => ({ ...NOTHING_DUE, ...work }) };
}

describe("tick", () => {
  test("is one statement when nothing is due", async () => {
    const { deps } = await plant();
    const limits: unknown[] = [];
    const fail = () => Promise.reject(new Error("must not be called"));
    const idle: TickDeps = {
      ...deps,
      dueWork: {
        async find(limit) {
          limits.push(limit);
          return NOTHING_DUE;
        },
      },
      pendingEvents: { takeDue: fail, remove: fail },
      refresh: fail,
    };

    expect(await tick(idle, { remainingMs: LONG })).toEqual(NOTHING);
    expect(limits).toEqual([{ kinds: ["jira_3lo"], webhookKinds: ["jira_3lo"], count: 100 }]);
  });

  test("looks for open refreshes only where a refresh token can be reused", async () => {
    const { deps } = await plant();
    const { provider } = createScriptedProvider({ kind: "slack_bot", reuseLeewaySeconds: 0 });
    let kinds: unknown;
    const dueWork = {
      async find(limits: { kinds: unknown }) {
        kinds = limits.kinds;
        return NOTHING_DUE;
      },
    };

    await tick({ ...deps, providers: [provider], dueWork }, { remainingMs: LONG });

    expect(kinds).toEqual([]);
  });

  test("sends events ten at a time, and all of them up to a hundred", async () => {
    const { deps, sent } = await plant({ count: 25 });

    const result = await tick(
      { ...deps, dueWork: due({ hasDueEvents: true }) },
      { remainingMs: LONG },
    );

    expect(result).toEqual({ ...NOTHING, sent: 25 });
    expect(new Set(sent.map(({ id }) => id)).size).toBe(25);
  });

  test("stops sending when the bus takes none of ten", async () => {
    const { deps, sent } = await plant({ count: 25, isTaken: false });

    const result = await tick(
      { ...deps, dueWork: due({ hasDueEvents: true }) },
      { remainingMs: LONG },
    );

    expect(result).toEqual({ ...NOTHING, failed: 10 });
    expect(sent).toHaveLength(10);
  });

  test("refreshes and ends what is due, and counts each failure by its code", async () => {
    const { deps, ids } = await plant({ count: 5 });
    const failures: Record<string, ErrorCode> = {
      [ids[1] ?? ""]: "provider_unavailable",
      [ids[3] ?? ""]: "provider_unavailable",
    };
    const refresh: TickDeps["refresh"] = async (token) => {
      const code = failures[token.installationId];
      if (code) throw new ServiceError(code, "It failed.");
      return { ...token, tokenVersion: token.tokenVersion + 1 };
    };
    const ended: string[] = [];
    const tokens: TickDeps["tokens"] = {
      ...deps.tokens,
      async endExpired(id) {
        if (id === "third") throw new ServiceError("retry_later", "The database is away.");
        ended.push(id);
        return id !== "second";
      },
    };
    const dueWork = due({ openRefreshes: ids, endedGrants: ["first", "second", "third", "last"] });

    const result = await tick({ ...deps, tokens, refresh, dueWork }, { remainingMs: LONG });

    expect(result).toEqual({
      sent: 0,
      delivered: 0,
      redelivered: 0,
      refreshed: 3,
      ended: 2,
      webhooks: 0,
      failed: 3,
      failures: { provider_unavailable: 2, retry_later: 1 },
    });
    expect(ended).toEqual(["first", "second", "last"]);
  });

  test("starts nothing without the time to finish it", async () => {
    const { deps, ids, refreshed, sent } = await plant({ count: 30 });
    const ended: string[] = [];
    const tokens: TickDeps["tokens"] = {
      ...deps.tokens,
      async endExpired(id) {
        ended.push(id);
        return true;
      },
    };
    const dueWork = due({ hasDueEvents: true, openRefreshes: ids, endedGrants: ["first"] });
    let calls = 0;
    const remainingMs = () => {
      calls += 1;
      return calls > 2 ? 19_000 : 100_000;
    };

    const result = await tick({ ...deps, tokens, dueWork }, { remainingMs });

    expect(result).toEqual({ ...NOTHING, sent: 20 });
    expect([sent.length, refreshed, ended]).toEqual([20, [], []]);
  });
});
