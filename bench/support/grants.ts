import { randomBytes } from "node:crypto";
import type { Grant } from "../peers/peer.ts";

const HALF_A_DAY_MS = 12 * 3_600_000;

/** Creates a fresh grant for each of `count` organizations, with tokens of the length of Slack's tokens. */
export function makeGrants(count: number): Grant[] {
  return Array.from({ length: count }, (_, number) => ({
    organizationId: `T${String(number).padStart(8, "0")}`,
    accessToken: `xoxe.xoxb-1-${randomBytes(120).toString("base64url")}`,
    refreshToken: `xoxe-1-${randomBytes(108).toString("base64url")}`,
    expiresAt: new Date(Date.now() + HALF_A_DAY_MS),
  }));
}
