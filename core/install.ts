import { AuthorizationResponseError, validateAuthResponse } from "oauth4webapi";
import { callbackUrl } from "./authorize.ts";
import { type ErrorCode, isServiceError, ServiceError, toServiceError } from "./errors.ts";
import { expireFlowCookie, type FlowCookie, readFlowCookie } from "./flow-cookie.ts";
import type { Installation, InstallationCreate, Platform } from "./installation.ts";
import type { InstallationRepository } from "./installation-repository.ts";
import {
  decodeState,
  invalidState,
  isBoundTo,
  type OAuthState,
  STATE_LIFETIME_SECONDS,
} from "./oauth-state.ts";
import { type Grant, getProvider, type OAuthProvider } from "./provider.ts";
import { matchRedirectUri, type RedirectUris } from "./redirect-uri.ts";
import type { Sealer } from "./sealing.ts";
import type { StateLedger } from "./state-ledger.ts";
import { createWebhookSecret } from "./webhook-secret.ts";

const MAX_CODE_LENGTH = 1024;
/** All calls to the platform together; what is left of the handler's 15 seconds is for the database. */
const PLATFORM_BUDGET_MS = 11_000;

/** What an `error` on the callback means for us; every other error is one that makes no sense. */
const CALLBACK_ERRORS = new Map<string, ErrorCode>([
  ["access_denied", "access_denied"],
  ["application_suspended", "provider_misconfigured"],
  ["invalid_client", "provider_misconfigured"],
  ["invalid_scope", "provider_misconfigured"],
  ["redirect_uri_mismatch", "provider_misconfigured"],
  ["unauthorized_client", "provider_misconfigured"],
  ["server_error", "provider_unavailable"],
  ["temporarily_unavailable", "provider_unavailable"],
]);

export interface InstallDeps {
  readonly stateSealer: Sealer;
  readonly providers: readonly OAuthProvider[];
  readonly redirectUris: RedirectUris;
  readonly publicUrl: string;
  readonly ledger: StateLedger;
  readonly installations: InstallationRepository;
}

export interface InstallInput {
  readonly platform: Platform;
  /** The query of the callback; no name occurs twice. */
  readonly parameters: URLSearchParams;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/** How a proven flow ended. The redirect was on the allow-list when it started and is there still. */
export type InstallOutcome = {
  readonly platform: Platform;
  readonly redirectUri: string | null;
  /** `Set-Cookie` values that end the flow in the browser, once its state is used up. */
  readonly cookies: readonly string[];
} & (
  | {
      readonly status: "success";
      readonly installation: Installation;
      /** Only for the flow that created the installation. */
      readonly webhookSecret: string | undefined;
    }
  | { readonly status: "error"; readonly error: ServiceError }
);

/**
 * Finishes a flow: proves the state, uses it up, exchanges the code, and stores the installation.
 *
 * Until the state and its cookie are proven, every fault is thrown, since there is nowhere to redirect to.
 * After that, every fault is an outcome.
 *
 * @throws {ServiceError} `invalid_state`, `platform_not_configured`, `retry_later`
 */
export async function install(deps: InstallDeps, input: InstallInput): Promise<InstallOutcome> {
  const provider = getProvider(deps.providers, input.platform);
  const signal = AbortSignal.timeout(PLATFORM_BUDGET_MS);
  const { state, cookie } = await proveState(deps, input);
  const redirectUri = state.redirectUri && matchRedirectUri(deps.redirectUris, state.redirectUri);
  const flow = { platform: input.platform, redirectUri };

  let cookies: string[] = [];
  try {
    const response = readResponse(provider, input.parameters);
    await useUp(deps.ledger, state, response);
    cookies = [expireFlowCookie(state.nonce)];
    if (response.error) throw response.error;

    const [grant] = await provider.exchange({
      code: response.code,
      codeVerifier: cookie.codeVerifier,
      redirectUri: callbackUrl(deps.publicUrl, input.platform),
      claimedInstallationId: null,
      signal,
    });
    const stored = await store(deps, provider, state, grant);
    return { ...flow, cookies, status: "success", ...stored };
  } catch (error) {
    if (isServiceError(error, "invalid_state")) throw error;
    return { ...flow, cookies, status: "error", error: toServiceError(error) };
  }
}

async function proveState(
  { stateSealer, publicUrl }: InstallDeps,
  { platform, parameters, cookies }: InstallInput,
): Promise<{ state: OAuthState; cookie: FlowCookie }> {
  const encoded = parameters.get("state") ?? undefined;
  const state = await decodeState(stateSealer, publicUrl, platform, encoded, new Date());
  const cookie = await readFlowCookie(stateSealer, state.nonce, cookies);
  if (!cookie) throw invalidState("no_cookie");
  if (!isBoundTo(state, cookie.browserSecret)) throw invalidState("other_browser");
  return { state, cookie };
}

type CallbackResponse =
  | { readonly code: string; readonly error?: never }
  | { readonly error: ServiceError };

/**
 * What the platform said: a code, or why there is none.
 *
 * @throws {ServiceError} `invalid_request`, `provider_error` for a callback that no platform would make
 * @see RFC 6749, section 4.1.2, and RFC 9207, section 2.4
 */
function readResponse(
  { platform, issuer, clientId }: OAuthProvider,
  parameters: URLSearchParams,
): CallbackResponse {
  try {
    const state = parameters.get("state") ?? "";
    validateAuthResponse({ issuer }, { client_id: clientId }, parameters, state);
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError)) {
      const message = `The callback did not come from ${platform}.`;
      throw new ServiceError("provider_error", message, { reason: "issuer" });
    }
    const code = CALLBACK_ERRORS.get(error.error) ?? "provider_error";
    return { error: new ServiceError(code, `${platform} did not authorize the install.`) };
  }

  const code = parameters.get("code") ?? "";
  if (code === "" || code.length > MAX_CODE_LENGTH) {
    throw new ServiceError("invalid_request", `${platform} sent no usable code.`);
  }
  return { code };
}

/** Uses the state up, and with it the link that started the flow, unless the installer may try again. */
async function useUp(
  ledger: StateLedger,
  { nonce, issuedAt, link }: OAuthState,
  response: CallbackResponse,
): Promise<void> {
  const uses = [{ id: nonce, expiresAt: toDate(issuedAt + STATE_LIFETIME_SECONDS) }];
  if (link && !response.error) uses.push({ id: link.id, expiresAt: toDate(link.expiresAt) });
  if (!(await ledger.consume(uses))) throw invalidState("used");
}

function toDate(epochSeconds: number): Date {
  return new Date(epochSeconds * 1000);
}

async function store(
  { installations }: InstallDeps,
  { platform, kind }: OAuthProvider,
  { metadata }: OAuthState,
  { tokens, organizationUrl: _, ...grant }: Grant,
): Promise<{ installation: Installation; webhookSecret: string | undefined }> {
  const input: InstallationCreate = {
    ...grant,
    platform,
    kind,
    metadata,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    tokenExpiresAt: tokens.expiresAt,
    refreshTokenExpiresAt: tokens.refreshTokenExpiresAt,
    scopes: tokens.scopes,
    webhookSecret: createWebhookSecret(),
  };
  const { installation, created } = await installations.upsert(input);
  return { installation, webhookSecret: created ? input.webhookSecret : undefined };
}
