import { createHash } from "node:crypto";

/** 43 characters of base64url: a SHA-256 (RFC 7636, section 4.2). */
const CHALLENGE = /^[\w-]{43}$/;

/** RFC 7636, section 4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/;

/** Whether a challenge and its method are acceptable: both absent, or a SHA-256 under S256. */
export function isAcceptableChallenge(challenge: string | null, method: string | null): boolean {
  if (challenge === null) return method === null;
  return method === "S256" && CHALLENGE.test(challenge);
}

/**
 * Whether a verifier belongs to the challenge of its authorization request. A verifier without a
 * challenge is refused as well: somebody took the challenge off (RFC 9700, section 4.8.2).
 */
export function provesChallenge(challenge: string | null, verifier: string | undefined): boolean {
  if (challenge === null || verifier === undefined) {
    return challenge === null && verifier === undefined;
  }
  const hash = createHash("sha256").update(verifier).digest("base64url");
  return VERIFIER.test(verifier) && hash === challenge;
}
