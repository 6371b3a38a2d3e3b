import { hash } from "node:crypto";

const DIGITS = 16;

/**
 * Returns the id of a token in the audit log: the first 64 bits of its SHA-256.
 *
 * It is derived, so that a token that was found somewhere leads to the lookups that returned it, and to GitHub's audit log
 * with its `hashed_token`. It cannot be reversed, because the tokens of the platforms have at least 128 random bits; and
 * it is too short to be sent as `rejected_token_sha256`.
 */
export function toTokenId(accessToken: string): string {
  return hash("sha256", accessToken).slice(0, DIGITS);
}
