import { createHash, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { Platform, ProviderInstallationId } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import { openOr, type SealContext, type Sealer } from "../sealing/sealer.ts";

const CLOCK_SKEW_SECONDS = 60;
const MAX_LENGTH = 2048;

/** `callback` comes back with a code; `setup` with the id of a GitHub App installation. */
export type StatePurpose = "callback" | "setup";

/** On GitHub's install page people read what an App wants to do, and look for an owner. */
export const LIFETIME_SECONDS: Record<StatePurpose, number> = { callback: 600, setup: 3600 };

const Seconds = v.pipe(v.number(), v.integer());

/** What travels through the platform and back, sealed: the platform and the browser cannot read or change it. */
export const OAuthState = v.strictObject({
  platform: Platform,
  /** 32 hex digits: names the flow, and is what is used once. */
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  issuedAt: Seconds,
  /** SHA-256 of the secret in the flow's cookie, base64url. */
  cookieHash: v.string(),
  /** Where the browser goes after the install. */
  redirectUri: v.nullable(v.string()),
  metadata: FlowMetadata,
  /** The install link that started the flow; it is used up with the state. */
  link: v.nullable(v.strictObject({ id: v.string(), expiresAt: Seconds })),
  /** The GitHub App installation that the browser named: a claim, to be proven by its user's token. */
  claimedInstallationId: v.nullable(ProviderInstallationId),
});
export type OAuthState = v.InferOutput<typeof OAuthState>;

/** What a state is for. One that was made for something else does not open, even under the same keys. */
export interface StateContext {
  /** The deployment, by its public URL. */
  readonly audience: string;
  readonly platform: Platform;
  readonly purpose: StatePurpose;
}

/**
 * Seals a state; at most 2,048 characters.
 *
 * @throws {ServiceError} `invalid_request` when redirect and metadata are too long together
 */
export async function encodeState(
  sealer: Sealer,
  context: StateContext,
  state: OAuthState,
): Promise<string> {
  const encoded = await sealer.seal(toSealContext(context), JSON.stringify(state));
  if (encoded.length <= MAX_LENGTH) return encoded;
  throw new ServiceError("invalid_request", "The redirect_uri and metadata are too long together.");
}

/**
 * Opens a state that came back.
 *
 * @throws {ServiceError} `invalid_state`, with one message for every reason
 * @see RFC 9700, section 4.7.1
 */
export async function decodeState(
  sealer: Sealer,
  context: StateContext,
  encoded: string | undefined,
  now: Date,
): Promise<OAuthState> {
  if (!encoded) throw invalidState("missing");

  const sealed = { text: encoded, maxLength: MAX_LENGTH };
  const text = await openOr(sealer, toSealContext(context), sealed, (reason) => {
    throw invalidState(reason);
  });
  const state = v.parse(OAuthState, JSON.parse(text));
  const ageSeconds = now.getTime() / 1000 - state.issuedAt;
  if (ageSeconds > LIFETIME_SECONDS[context.purpose]) throw invalidState("expired");
  if (ageSeconds < -CLOCK_SKEW_SECONDS) throw invalidState("from_the_future");
  return state;
}

/** The hash by which a state names the secret of its cookie. */
export function hashOf(browserSecret: string): string {
  return createHash("sha256").update(browserSecret).digest("base64url");
}

/** Whether a hash names this secret. */
export function isBoundTo(cookieHash: string, browserSecret: string): boolean {
  const expected = Buffer.from(cookieHash);
  const actual = Buffer.from(hashOf(browserSecret));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** The error for every state that is not good; the reason is for the log alone. */
export function invalidState(reason: string): ServiceError {
  return new ServiceError(
    "invalid_state",
    "This install link is no longer good: it was used, it is too old, or it was opened in another browser.",
    { reason },
  );
}

function toSealContext({ audience, platform, purpose }: StateContext): SealContext {
  return { purpose: "state", binding: ["state", purpose, audience, platform] };
}
