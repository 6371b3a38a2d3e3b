import { type Row, toToken } from "../support/memory/installation-row.ts";
import { toRefreshed } from "../support/memory/row-changes.ts";
import { findRow, store, type Tables } from "../support/memory/tables.ts";
import type { Scheduler } from "./scheduler.ts";
import type { StorePorts } from "./store-steps.ts";

interface Mutant {
  readonly scenario: string;
  /** The invariant that the model must report. */
  readonly found: string;
  breakStore(sound: StorePorts, context: { tables: Tables; scheduler: Scheduler }): StorePorts;
}

/** A guard of the store that is missing, and what happens without it. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  "tokens are written without a lease": {
    scenario: "github app: an uninstall, a new install",
    found: "a token that ended (customer)",
    breakStore: ({ leases, ...ports }, { tables }) => ({
      ...ports,
      leases: {
        ...leases,
        async write(lease, tokens, { keepPrevious }) {
          const row = tables.installations.get(lease.installationId);
          if (!row) return undefined;
          const refreshed = toRefreshed(row, lease, tokens, { keepPrevious, ...tables });
          return { expiresAt: store(tables, refreshed).tokenExpiresAt };
        },
      },
    }),
  },

  "a lease is taken for tokens that were replaced": {
    scenario: "slack: two lookups, due",
    found: "whose successor is stored",
    breakStore: takeAnyVersion,
  },

  "the sweep takes a lease for tokens that were replaced": {
    scenario: "slack: a sweep, a lookup, idle",
    found: "whose successor is stored",
    breakStore: takeAnyVersion,
  },

  "tokens are returned before they are written": {
    scenario: "slack: two lookups, due",
    found: "a token before it is stored",
    breakStore: ({ leases, ...ports }, { scheduler }) => ({
      ...ports,
      leases: {
        ...leases,
        async write(...tokens) {
          const step = { name: "write", readyAt: scheduler.now(), isWaiting: false, faults: [] };
          scheduler.start("late writer", (process) =>
            scheduler.step<void>(process, step, ({ resolve, reject }) => {
              leases.write(...tokens).then(() => resolve(), reject);
            }),
          );
          return { expiresAt: null };
        },
      },
    }),
  },

  "a lease is taken from somebody who has it": {
    scenario: "oauth app: two lookups, due",
    found: "the grant of one is lost",
    breakStore: ({ leases, ...ports }, { tables }) => ({
      ...ports,
      leases: {
        ...leases,
        take(token, options) {
          const row = tables.installations.get(token.installationId);
          if (row) store(tables, { ...row, leaseOwner: null, leaseUntil: 0 });
          return leases.take(token, options);
        },
      },
    }),
  },

  "an attempt is not counted": {
    scenario: "oauth app: two lookups, due",
    found: "a token that ended (refresh)",
    breakStore: ({ leases, ...ports }, { tables }) => ({
      ...ports,
      leases: {
        ...leases,
        async take(token, options) {
          const lease = await leases.take(token, options);
          const row = tables.installations.get(token.installationId);
          if (lease && row) store(tables, { ...row, attempts: 0, sentAt: null });
          return lease && { ...lease, attempts: 1 };
        },
      },
    }),
  },

  "a grant ends although its refresh token can be used again": {
    scenario: "jira: two lookups, due",
    found: "the grant of one is lost",
    breakStore: ({ leases, ...ports }) => ({
      ...ports,
      leases: {
        ...leases,
        async coolDown(lease, attempt) {
          if (attempt.outcome !== "unknown") return leases.coolDown(lease, attempt);
          return (await leases.end(lease, "reauthorization_required", "timeout")) !== undefined;
        },
      },
    }),
  },

  "evidence about a token ends a grant during a refresh": {
    scenario: "oauth app: a lookup, a webhook, due",
    found: "the grant of one is lost",
    breakStore: ({ tokens, ...ports }, { tables }) => ({
      ...ports,
      tokens: {
        ...tokens,
        findSecrets: async (key) => {
          const secrets = await tokens.findSecrets(key);
          return secrets && { ...secrets, isRefreshOpen: false };
        },
        endGrant(fence, ...end) {
          const row = tables.installations.get(fence.installationId);
          if (row) store(tables, { ...row, attempts: 0, sentAt: null });
          return tokens.endGrant(fence, ...end);
        },
      },
    }),
  },

  "a status is stored that was requested before another one": {
    scenario: "github app: late webhooks",
    found: "the grant of one is lost",
    breakStore: ({ tokens, ...ports }, { tables }) => ({
      ...ports,
      tokens: {
        ...tokens,
        endInstallation(fence, ...end) {
          const { statusVersion = 0 } = tables.installations.get(fence.installationId) ?? {};
          return tokens.endInstallation({ ...fence, statusVersion }, ...end);
        },
      },
    }),
  },

  "a replaced grant is deleted": {
    scenario: "oauth app: an install, a delete, due",
    found: "was deleted after it was replaced",
    breakStore: ({ installations, ...ports }, { tables }) => ({
      ...ports,
      installations: {
        ...installations,
        delete(id) {
          const { grantVersion = 0 } = tables.installations.get(id) ?? {};
          return installations.delete(id, grantVersion);
        },
      },
    }),
  },

  "an end is stored without its event": {
    scenario: "github app: lookups, an uninstall, due",
    found: "an end without an event",
    breakStore: ({ tokens, ...ports }, { tables }) => ({
      ...ports,
      tokens: {
        ...tokens,
        endInstallation(...end) {
          const ended = tokens.endInstallation(...end);
          tables.events.clear();
          return ended.then((change) => change && { event: null });
        },
      },
    }),
  },

  "an installation is deleted without its event": {
    scenario: "oauth app: an install, a delete, due",
    found: "an end without an event",
    breakStore: ({ installations, ...ports }, { tables }) => ({
      ...ports,
      installations: {
        ...installations,
        delete(...request) {
          const deleted = installations.delete(...request);
          tables.events.clear();
          return deleted.then((change) => change && { ...change, event: null });
        },
      },
    }),
  },

  "a token is read that was replaced": {
    scenario: "jira: lookups, an install, new tokens, due",
    found: "a token that was replaced",
    breakStore({ tokens, ...ports }, { tables }) {
      const first = new Map<string, Row>();
      return {
        ...ports,
        tokens: {
          ...tokens,
          async findToken(key) {
            const row = findRow(tables, key);
            const old = row && (first.get(row.id) ?? row);
            if (old) first.set(old.id, old);
            return old && toToken(old, tables.now());
          },
        },
      };
    },
  },

  "a lookup reads the first organization": {
    scenario: "slack: lookups of two organizations, due",
    found: "a token of another",
    breakStore: ({ tokens, ...ports }, { tables }) => ({
      ...ports,
      tokens: {
        ...tokens,
        findToken(key, options) {
          const [row] = tables.installations.values();
          return tokens.findToken(row ? { id: row.id } : key, options);
        },
      },
    }),
  },

  "a changed registration is not noticed": {
    scenario: "github app: the id of another organization",
    found: "a token of another",
    breakStore: ({ tokens, ...ports }, { tables }) => ({
      ...ports,
      tokens: {
        ...tokens,
        async findToken(key) {
          const row = findRow(tables, key);
          return row && toToken(row, tables.now());
        },
      },
    }),
  },
};

function takeAnyVersion(
  { leases, ...ports }: StorePorts,
  { tables }: { tables: Tables },
): StorePorts {
  return {
    ...ports,
    leases: {
      ...leases,
      take(token, options) {
        const { tokenVersion = 0 } = tables.installations.get(token.installationId) ?? {};
        return leases.take({ ...token, tokenVersion }, options);
      },
    },
  };
}
