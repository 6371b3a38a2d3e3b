import { randomBytes } from "node:crypto";
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi";
import type { Platform } from "../installation.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { addToTrace } from "../request-trace.ts";
import type { Sealer } from "../sealing/sealer.ts";
import {
  createFlowCookie,
  expireOldFlowCookies,
  type FlowCookie,
  readFlowCookie,
} from "./flow-cookie.ts";
import { invalidState } from "./invalid-state.ts";
import {
  decodeState,
  encodeState,
  hashOf,
  isBoundTo,
  LIFETIME_SECONDS,
  type OAuthState,
  type StatePurpose,
} from "./oauth-state.ts";
import type { RedirectUris } from "./redirect-uri.ts";

export interface FlowDeps {
  readonly stateSealer: Sealer;
  readonly publicUrl: string;
}

/** The dependencies of everything that starts a flow. */
export interface FlowStartDeps extends FlowDeps {
  readonly providers: readonly OAuthProvider[];
  readonly redirectUris: RedirectUris;
}

/** The installer's request, as the state carries it through the flow. */
export type FlowIntent = Pick<
  OAuthState,
  "redirectUri" | "metadata" | "link" | "claimedInstallationId" | "isRequest"
>;

export interface FlowStart {
  readonly platform: Platform;
  readonly purpose: StatePurpose;
  readonly intent: FlowIntent;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

export interface FlowReturn {
  readonly platform: Platform;
  readonly purpose: StatePurpose;
  readonly encodedState: string | undefined;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/** A started flow: the parameters for the platform, and the cookies for the browser. */
export interface Flow {
  readonly state: string;
  /** S256. */
  readonly codeChallenge: string;
  /** `Set-Cookie` values. */
  readonly cookies: string[];
}

/**
 * Creates the state, the PKCE verifier and the cookie of a new flow. Stores nothing.
 *
 * @throws {ServiceError} `invalid_request` if the redirect URI and metadata are too long together
 */
export async function startFlow(
  { stateSealer, publicUrl }: FlowDeps,
  { platform, purpose, intent, cookies }: FlowStart,
): Promise<Flow> {
  const nonce = randomBytes(16).toString("hex");
  const browserSecret = randomBytes(32).toString("base64url");
  const codeVerifier = generateRandomCodeVerifier();
  const issuedAt = Math.floor(Date.now() / 1000);
  const cookie = { browserSecret, codeVerifier, issuedAt };
  const cookieHash = hashOf(browserSecret);
  const state = { platform, nonce, issuedAt, cookieHash, ...intent };
  return {
    state: await encodeState(stateSealer, { audience: publicUrl, platform, purpose }, state),
    codeChallenge: await calculatePKCECodeChallenge(codeVerifier),
    cookies: [
      ...(await expireOldFlowCookies(stateSealer, cookies)),
      await createFlowCookie(stateSealer, nonce, cookie, LIFETIME_SECONDS[purpose]),
    ],
  };
}

/**
 * Verifies that a state was created here, has not expired, and was returned by the browser that started
 * the flow.
 *
 * @throws {ServiceError} `invalid_state`
 */
export async function proveFlow(
  { stateSealer, publicUrl }: FlowDeps,
  { platform, purpose, encodedState, cookies }: FlowReturn,
): Promise<{ state: OAuthState; cookie: FlowCookie }> {
  const context = { audience: publicUrl, platform, purpose };
  const state = await decodeState(stateSealer, context, encodedState, new Date());
  const cookie = await readFlowCookie(stateSealer, state.nonce, cookies);
  if (state.link) addToTrace({ linkId: state.link.id });
  if (!cookie) throw invalidState("no_cookie");
  if (!isBoundTo(state.cookieHash, cookie.browserSecret)) throw invalidState("other_browser");
  return { state, cookie };
}

/** Returns the callback URL of a platform, as it is registered there. */
export function callbackUrl(publicUrl: string, platform: Platform): string {
  return `${publicUrl}/oauth/${platform}/callback`;
}
