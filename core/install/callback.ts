import { INSTALL_CALLS_MS } from "../deadlines.ts";
import { isServiceError, type ServiceError, toServiceError } from "../errors.ts";
import {
  createWebhookSecret,
  type Installation,
  type InstallationCreate,
  type Platform,
} from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import type { ConsumedStates } from "../ports/consumed-states.ts";
import { announceInstall, type InstallationEvents } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { PendingInstallations } from "../ports/pending-installations.ts";
import type { Grant, OAuthProvider } from "../ports/provider.ts";
import { getProvider } from "../providers/registry.ts";
import { type CallbackResponse, readCallbackResponse } from "./callback-response.ts";
import { callbackUrl, type FlowDeps, proveFlow } from "./flow.ts";
import { expireFlowCookie, readFlowCookie } from "./flow-cookie.ts";
import { hashOf, invalidState, LIFETIME_SECONDS, type OAuthState } from "./oauth-state.ts";
import { matchRedirectUri, type RedirectUris } from "./redirect-uri.ts";

export interface InstallDeps extends FlowDeps {
  readonly providers: readonly OAuthProvider[];
  readonly redirectUris: RedirectUris;
  readonly consumedStates: ConsumedStates;
  readonly installations: InstallationRepository;
  readonly pending: PendingInstallations;
  readonly events: InstallationEvents;
}

export interface InstallInput {
  readonly platform: Platform;
  /** The query of the callback; no name occurs twice. */
  readonly parameters: URLSearchParams;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

export interface ChoiceInput {
  /** Names the flow that has to be finished. */
  readonly pendingId: string;
  readonly organizationId: string;
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
  /** The grant covers several organizations: the installer picks one, by `chooseOrganization`. */
  | {
      readonly status: "choose";
      readonly pendingId: string;
      readonly organizations: readonly Grant[];
    }
  | { readonly status: "error"; readonly error: ServiceError }
);

/**
 * Finishes a flow: proves the state, uses it up, exchanges the code, and stores the installation.
 *
 * Until the state and its cookie are proven, every fault is thrown, since there is nowhere to redirect to.
 * After that, every fault is an outcome.
 *
 * @throws {ServiceError} `invalid_state`, `invalid_redirect_uri`, `platform_not_configured`, `retry_later`
 */
export async function install(deps: InstallDeps, input: InstallInput): Promise<InstallOutcome> {
  const { platform, parameters, cookies: sentCookies } = input;
  const provider = getProvider(deps.providers, platform);
  const signal = AbortSignal.timeout(INSTALL_CALLS_MS);
  const { state, cookie } = await proveFlow(deps, {
    platform,
    purpose: "callback",
    encodedState: parameters.get("state") ?? undefined,
    cookies: sentCookies,
  });
  const redirectUri = state.redirectUri && matchRedirectUri(deps.redirectUris, state.redirectUri);
  const flow = { platform, redirectUri };

  let cookies: string[] = [];
  try {
    const response = readCallbackResponse(provider, parameters);
    await useUp(deps.consumedStates, state, response);
    cookies = [expireFlowCookie(state.nonce)];
    if (response.error) throw response.error;

    const grants = await provider.exchange({
      code: response.code,
      codeVerifier: cookie.codeVerifier,
      redirectUri: callbackUrl(deps.publicUrl, platform),
      claimedInstallationId: state.claimedInstallationId,
      signal,
    });
    if (grants.length > 1) return { ...flow, ...(await offer(deps, state, grants)) };
    const stored = await store(deps, provider, state.metadata, grants[0]);
    return { ...flow, cookies, status: "success", ...stored };
  } catch (error) {
    if (isServiceError(error, "invalid_state")) throw error;
    return { ...flow, cookies, status: "error", error: toServiceError(error) };
  }
}

/**
 * Finishes a flow whose grant covers several organizations, with the one that the installer picked.
 *
 * @throws {ServiceError} `invalid_state` unless it is the installer's browser, in time, for the first time
 */
export async function chooseOrganization(
  deps: InstallDeps,
  { pendingId, organizationId, cookies }: ChoiceInput,
): Promise<InstallOutcome> {
  const cookie = await readFlowCookie(deps.stateSealer, pendingId, cookies);
  if (!cookie) throw invalidState("no_cookie");

  const cookieHash = hashOf(cookie.browserSecret);
  const pending = await deps.pending.take(pendingId, { cookieHash, organizationId });
  const grant = pending?.grants.find((candidate) => candidate.organizationId === organizationId);
  if (!pending || !grant) throw invalidState("not_pending");

  const { platform, redirectUri, metadata } = pending;
  const flow = {
    platform,
    redirectUri: redirectUri && matchRedirectUri(deps.redirectUris, redirectUri),
    cookies: [expireFlowCookie(pendingId)],
  };
  try {
    const provider = getProvider(deps.providers, platform);
    return { ...flow, status: "success", ...(await store(deps, provider, metadata, grant)) };
  } catch (error) {
    return { ...flow, status: "error", error: toServiceError(error) };
  }
}

/** Uses the state up, and with it the link that started the flow, unless the installer may try again. */
async function useUp(
  consumedStates: ConsumedStates,
  { nonce, issuedAt, link }: OAuthState,
  response: CallbackResponse,
): Promise<void> {
  const uses = [{ id: nonce, expiresAt: toDate(issuedAt + LIFETIME_SECONDS.callback) }];
  if (link && !response.error) uses.push({ id: link.id, expiresAt: toDate(link.expiresAt) });
  if (!(await consumedStates.consume(uses))) throw invalidState("used");
}

/** Keeps the grants until the installer has picked one. The cookie stays: it says who may pick. */
async function offer(
  { pending }: InstallDeps,
  { nonce, platform, cookieHash, redirectUri, metadata }: OAuthState,
  grants: readonly Grant[],
) {
  await pending.put({ id: nonce, platform, cookieHash, grants, redirectUri, metadata });
  return { status: "choose", pendingId: nonce, organizations: grants, cookies: [] } as const;
}

async function store(
  { installations, events }: InstallDeps,
  { platform, kind }: OAuthProvider,
  metadata: FlowMetadata,
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
  announceInstall(events, installation, created ? "created" : "reinstalled");
  return { installation, webhookSecret: created ? input.webhookSecret : undefined };
}

function toDate(epochSeconds: number): Date {
  return new Date(epochSeconds * 1000);
}
