import { randomBytes } from "node:crypto";

const BYTES = 32;

/** A secret of 64 hex characters, for the webhooks that a bot registers itself. */
export function createWebhookSecret(): string {
  return randomBytes(BYTES).toString("hex");
}
