import { createHash } from "node:crypto";

/** 43 characters of base64url: a SHA-256 (RFC 7636, section 4.2). */
const CHALLENGE = /^[\w-]{43}$/;

/** RFC 7636, section 4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/;

/** Returns whether a challenge and its method are valid: both absent, or a SHA-256 with S256. */
export function isValidChallenge(challenge: string | undefined, method: string | undefined) {
  if (challenge === undefined) return method === undefined;
  return method === "S256" && CHALLENGE.test(challenge);
}

/**
 * Returns whether a verifier matches the challenge of its authorization request. A verifier without a
 * challenge is refused too: somebody removed the challenge (RFC 9700, section 4.8.2).
 */
export function matchesChallenge(challenge: string | null, verifier: string | undefined): boolean {
  if (challenge === null || verifier === undefined) {
    return challenge === null && verifier === undefined;
  }
  const hash = createHash("sha256").update(verifier).digest("base64url");
  return VERIFIER.test(verifier) && hash === challenge;
}
