import { createHash, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { Platform, ProviderInstallationId } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import { FlowLink } from "../ports/install-links.ts";
import type { SealContext, Sealer } from "../sealing/sealer.ts";
import { invalidState } from "./invalid-state.ts";
import { openParameter, sealParameter } from "./sealed-parameter.ts";

const CLOCK_SKEW_SECONDS = 60;

/** A `callback` state returns with a code, a `setup` state with the id of a GitHub App installation. */
export type StatePurpose = "callback" | "setup";

/** Longer for `setup`: on GitHub's install page, people read the permissions and may need an owner. */
export const LIFETIME_SECONDS: Record<StatePurpose, number> = { callback: 600, setup: 3600 };

const Seconds = v.pipe(v.number(), v.integer());

/** The OAuth state. It is encrypted, so that the platform and the browser can neither read nor change it. */
export const OAuthState = v.strictObject({
  platform: Platform,
  /** 32 hex digits. Identifies the flow and can be consumed once. */
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  issuedAt: Seconds,
  /** SHA-256 of the secret in the flow's cookie, base64url. */
  cookieHash: v.string(),
  /** Where to redirect the browser after the install. */
  redirectUri: v.nullable(v.string()),
  metadata: FlowMetadata,
  /** The install link that started the flow. It is used up when the installation is stored. */
  link: v.nullable(FlowLink),
  /** The GitHub App installation that the browser claims. It is verified with the user's token. */
  claimedInstallationId: v.nullable(ProviderInstallationId),
  /** Whether the person has requested the App from an owner. */
  isRequest: v.optional(v.boolean()),
});
export type OAuthState = v.InferOutput<typeof OAuthState>;

/** The context that a state is encrypted for. It cannot be decrypted in another context. */
export interface StateContext {
  /** The public URL of the deployment. */
  readonly audience: string;
  readonly platform: Platform;
  readonly purpose: StatePurpose;
}

/**
 * Encrypts a state, to at most 2,048 characters.
 *
 * @throws {ServiceError} `invalid_request` if the redirect URI and metadata are too long together
 */
export function encodeState(
  sealer: Sealer,
  context: StateContext,
  state: OAuthState,
): Promise<string> {
  return sealParameter(sealer, toSealContext(context), state);
}

/**
 * Decrypts and validates a state that the platform returned.
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

  const state = v.parse(OAuthState, await openParameter(sealer, toSealContext(context), encoded));
  const ageSeconds = now.getTime() / 1000 - state.issuedAt;
  if (ageSeconds > LIFETIME_SECONDS[context.purpose]) throw invalidState("expired");
  if (ageSeconds < -CLOCK_SKEW_SECONDS) throw invalidState("from_the_future");
  return state;
}

/** Returns the hash of a cookie's secret, which the state contains. */
export function hashOf(browserSecret: string): string {
  return createHash("sha256").update(browserSecret).digest("base64url");
}

/** Returns whether a hash is that of this secret. */
export function isBoundTo(cookieHash: string, browserSecret: string): boolean {
  const expected = Buffer.from(cookieHash);
  const actual = Buffer.from(hashOf(browserSecret));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function toSealContext({ audience, platform, purpose }: StateContext): SealContext {
  return { purpose: "state", binding: ["state", purpose, audience, platform] };
}
