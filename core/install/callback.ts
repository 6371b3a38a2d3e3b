import type { Ownership } from "../configuration/ownership.ts";
import { INSTALL_CALLS_MS } from "../deadlines.ts";
import { isServiceError, toServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import type { ConsumedStates } from "../ports/consumed-states.ts";
import type { InstallLinks } from "../ports/install-links.ts";
import type { PendingInstallations } from "../ports/pending-installations.ts";
import {
  ageGrant,
  type CodeExchange,
  type Grant,
  type OAuthProvider,
  type UnprovenGrant,
} from "../ports/provider.ts";
import type { WaitingRequests } from "../ports/waiting-requests.ts";
import { getProvider } from "../providers/registry.ts";
import { readCallbackResponse } from "./callback-response.ts";
import { offerToFinish } from "./finish.ts";
import { callbackUrl, type FlowStartDeps, proveFlow } from "./flow.ts";
import { expireFlowCookie } from "./flow-cookie.ts";
import { withClaimedLink } from "./install-link.ts";
import type { InstallResult } from "./install-result.ts";
import { exchangeAsInstaller, type InstallerExchange } from "./installer-proof.ts";
import { invalidState } from "./invalid-state.ts";
import { LIFETIME_SECONDS, type OAuthState } from "./oauth-state.ts";
import { matchRedirectUri } from "./redirect-uri.ts";
import { type StoreGrantDeps, storeGrant } from "./store-grant.ts";
import { waitForApproval } from "./wait-for-approval.ts";

export interface CallbackDeps extends FlowStartDeps, StoreGrantDeps {
  readonly links: InstallLinks;
  readonly consumedStates: ConsumedStates;
  readonly pending: PendingInstallations;
  readonly requests: WaitingRequests;
  /** Who may connect a GitHub App. */
  readonly ownership: Ownership;
}

export interface CallbackInput {
  readonly platform: Platform;
  /** The query of the callback; no name occurs twice. */
  readonly parameters: URLSearchParams;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/**
 * Completes a flow: proves the state, consumes it, exchanges the code and stores the installation. An install
 * link is used up in the step that stores the installation: a failure before that leaves it valid.
 *
 * Errors before the state and its cookie are proven are thrown, because no redirect can be trusted yet.
 * Later errors are returned in the result.
 *
 * @throws {ServiceError} `invalid_state`, `invalid_redirect_uri`, `platform_not_configured`, `retry_later`
 */
export async function handleCallback(
  deps: CallbackDeps,
  input: CallbackInput,
): Promise<InstallResult> {
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
    await consumeState(deps.consumedStates, state);
    cookies = [expireFlowCookie(state.nonce)];
    if (response.error) throw response.error;

    const { code } = response;
    const exchange = {
      code,
      codeVerifier: cookie.codeVerifier,
      redirectUri: callbackUrl(deps.publicUrl, platform),
      signal,
    };
    if (state.isRequest)
      return { ...flow, cookies, ...(await saveRequest(deps, provider, state, exchange)) };
    return await withClaimedLink(deps.links, state, async () => {
      const { claimedInstallationId } = state;
      const { grants, awaited } = await exchangeGrants(deps, provider, {
        ...exchange,
        claimedInstallationId,
      });
      if (awaited) return { ...flow, cookies, ...(await saveClaim(deps, state, awaited)) };
      if (grants.length > 1) return { ...flow, ...(await savePending(deps, state, grants)) };
      return { ...flow, cookies, ...(await storeGrant(deps, provider, state, grants[0], signal)) };
    });
  } catch (error) {
    if (isServiceError(error, "invalid_state")) throw error;
    const failed = { ...flow, status: "error", error: toServiceError(error) } as const;
    const next = await offerToFinish(deps, provider, { state, cookies: sentCookies });
    const isConnect = isConnectFlow(provider, state);
    const isRequest = state.isRequest === true;
    if (!next) return { ...failed, isConnect, isRequest, cookies };
    return { ...failed, finishUrl: next.finishUrl, cookies: [...cookies, ...next.cookies] };
  }
}

/** Returns whether a flow connects an App that is installed already: it has left out the install page. */
function isConnectFlow(
  provider: OAuthProvider,
  { claimedInstallationId, isRequest }: OAuthState,
): boolean {
  return provider.installationUrl !== undefined && claimedInstallationId === null && !isRequest;
}

async function consumeState(
  consumedStates: ConsumedStates,
  { nonce, issuedAt }: OAuthState,
): Promise<void> {
  const expiresAt = new Date((issuedAt + LIFETIME_SECONDS.callback) * 1000);
  if (!(await consumedStates.consume({ id: nonce, expiresAt }))) throw invalidState("used");
}

/** Exchanges a code, by the proof that the configuration requires. */
async function exchangeGrants(
  { ownership, installations }: CallbackDeps,
  provider: OAuthProvider,
  exchange: CodeExchange,
): Promise<InstallerExchange> {
  const { platform, findVisible } = provider;
  return ownership === "installer" && findVisible
    ? exchangeAsInstaller(installations, { platform, findVisible }, exchange)
    : { grants: await exchangeCode(provider, exchange) };
}

/** Exchanges a code. The tokens age from its start, because they were issued some time after it. */
async function exchangeCode(
  provider: OAuthProvider,
  exchange: CodeExchange,
): Promise<readonly [Grant, ...Grant[]]> {
  const startedAt = performance.now();
  const [first, ...others] = await provider.exchange(exchange);
  const seconds = (performance.now() - startedAt) / 1000;
  return [ageGrant(first, seconds), ...others.map((grant) => ageGrant(grant, seconds))];
}

/** Stores what a member requested, until an owner approves it. */
async function saveRequest(
  deps: CallbackDeps,
  provider: OAuthProvider,
  { platform, redirectUri, metadata, link }: OAuthState,
  exchange: Omit<CodeExchange, "claimedInstallationId">,
) {
  const request = await provider.findRequest?.(exchange);
  if (!request) return { status: "pending" } as const;
  const intent = { ...request, redirectUri, metadata, link };
  return { status: "waiting", requestId: await waitForApproval(deps, platform, intent) } as const;
}

/** Stores what a person wants to install until the signed webhook shows who has installed the App. */
async function saveClaim(
  deps: CallbackDeps,
  { platform, redirectUri, metadata, link }: OAuthState,
  { organizationId, organizationName, providerInstallationId, ...grant }: UnprovenGrant["grant"],
) {
  const requestId = await waitForApproval(deps, platform, {
    account: { id: organizationId, name: organizationName },
    requester: { id: grant.installedById, name: grant.installedBy },
    redirectUri,
    metadata,
    link,
    claimedInstallationId: providerInstallationId,
  });
  return { status: "waiting", requestId } as const;
}

/** Stores the grants until the installer has picked one. The flow cookie stays: it proves who may pick. */
async function savePending(
  { pending }: Pick<CallbackDeps, "pending">,
  { nonce, platform, cookieHash, redirectUri, metadata, link }: OAuthState,
  grants: readonly Grant[],
) {
  await pending.put({ id: nonce, platform, cookieHash, grants, redirectUri, metadata, link });
  return { status: "choose", pendingId: nonce, organizations: grants, cookies: [] } as const;
}
