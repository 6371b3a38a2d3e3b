import type { Peer } from "./peer.ts";

export const PEER_IDS = [
  "floor",
  "grantkeep",
  "plain-pg",
  "tuned-pg",
  "better-auth",
  "slack-oauth",
] as const;
export type PeerId = (typeof PEER_IDS)[number];

interface PeerEntry {
  readonly title: string;
  /** Whether tokens are encrypted in the database. */
  readonly encrypts: boolean;
  open(): Promise<Peer>;
}

/** The contenders. Each is loaded only in the process that runs it. */
export const PEERS: Record<PeerId, PeerEntry> = {
  floor: {
    title: "floor: a bare prepared SELECT",
    encrypts: false,
    open: async () => (await import("./floor.ts")).open(),
  },
  grantkeep: {
    title: "Grantkeep, the whole handler",
    encrypts: true,
    open: async () => (await import("./grantkeep.ts")).open(),
  },
  "plain-pg": {
    title: "plain pg with AES-256-GCM",
    encrypts: true,
    open: async () => (await import("./plain-pg.ts")).open({ isTuned: false }),
  },
  "tuned-pg": {
    title: "the same, tuned",
    encrypts: true,
    open: async () => (await import("./plain-pg.ts")).open({ isTuned: true }),
  },
  "better-auth": {
    title: "better-auth, encrypted tokens",
    encrypts: true,
    open: async () => (await import("./better-auth.ts")).open(),
  },
  "slack-oauth": {
    title: "@slack/oauth, PostgreSQL store",
    encrypts: false,
    open: async () => (await import("./slack-oauth.ts")).open(),
  },
};
