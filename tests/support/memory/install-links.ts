import type { InstallLink, InstallLinks } from "../../../core/ports/install-links.ts";
import type { Tables } from "./tables.ts";

/** A link with the claim of the flow that redeems a code for it. */
export interface LinkRow extends InstallLink {
  readonly claimedBy: string | null;
  /** Epoch milliseconds. */
  readonly claimedUntil: number;
}

/** Stores install links in memory. */
export function createMemoryInstallLinks({ links, now }: Tables): InstallLinks {
  function change(id: string, fields: Partial<LinkRow>): void {
    const row = links.get(id);
    if (row) links.set(id, { ...row, ...fields });
  }

  return {
    async create({ expiresAt, ...intent }) {
      if (links.has(intent.id)) return;
      links.set(intent.id, {
        ...intent,
        createdAt: new Date(now()),
        expiresAt: new Date(expiresAt * 1000),
        endedAt: null,
        usedAt: null,
        usedBy: null,
        claimedBy: null,
        claimedUntil: 0,
      });
    },

    async find(id) {
      const row = links.get(id);
      return row && toLink(row);
    },

    async list({ limit, before }) {
      const items = [...links.values()]
        .filter(({ id }) => before === undefined || id < before)
        .sort((one, other) => (one.id < other.id ? 1 : -1))
        .map(toLink);
      return { items: items.slice(0, limit), hasMore: items.length > limit };
    },

    async end(id) {
      if (isUsable(links.get(id))) change(id, { endedAt: new Date(now()) });
      return links.has(id);
    },

    async claim(id, { flow, seconds }) {
      const row = links.get(id);
      if (!isUsable(row)) return false;
      if (row.claimedBy !== flow && row.claimedUntil > now()) return false;
      change(id, { claimedBy: flow, claimedUntil: now() + seconds * 1000 });
      return true;
    },

    async release(id, flow) {
      if (links.get(id)?.claimedBy === flow) change(id, { claimedBy: null, claimedUntil: 0 });
    },
  };
}

/** Returns whether a link is there and was neither used nor ended. */
export function isUsable(row: LinkRow | undefined): row is LinkRow {
  return row !== undefined && row.usedAt === null && row.endedAt === null;
}

function toLink({ claimedBy: _, claimedUntil: __, ...link }: LinkRow): InstallLink {
  return link;
}
