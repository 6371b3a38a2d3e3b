import { ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import { getProvider } from "../providers/registry.ts";
import { callbackUrl, type FlowIntent, type FlowStartDeps, startFlow } from "./flow.ts";
import { openInstallLink } from "./install-link.ts";
import { matchRedirectUri } from "./redirect-uri.ts";

export interface AuthorizeInput {
  readonly platform: Platform;
  readonly redirectUri: string | undefined;
  /** An encrypted install link, which contains its own redirect URI and metadata. */
  readonly link: string | undefined;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/**
 * Starts a flow. Returns where to redirect the browser, and the cookies that bind the flow to it.
 *
 * It does not use the database: callers cannot fill it, and installs can start during an outage.
 *
 * @throws {ServiceError} `invalid_request`, `invalid_redirect_uri`, `invalid_state`, `platform_not_configured`
 */
export async function authorize(
  deps: FlowStartDeps,
  { platform, redirectUri, link, cookies }: AuthorizeInput,
): Promise<{ location: URL; cookies: string[] }> {
  const provider = getProvider(deps.providers, platform);
  const intent =
    link === undefined
      ? directIntent(deps, redirectUri)
      : await linkIntent(deps, platform, redirectUri, link);

  const { installationUrl } = provider;
  if (installationUrl) {
    const flow = await startFlow(deps, { platform, purpose: "setup", intent, cookies });
    return { location: installationUrl(flow.state), cookies: flow.cookies };
  }
  const flow = await startFlow(deps, { platform, purpose: "callback", intent, cookies });
  const { state, codeChallenge } = flow;
  const callback = callbackUrl(deps.publicUrl, platform);
  return {
    location: provider.authorizationUrl({ state, codeChallenge, redirectUri: callback }),
    cookies: flow.cookies,
  };
}

function directIntent(
  { redirectUris }: FlowStartDeps,
  redirectUri: string | undefined,
): FlowIntent {
  return {
    redirectUri: redirectUri === undefined ? null : matchRedirectUri(redirectUris, redirectUri),
    metadata: {},
    link: null,
    claimedInstallationId: null,
  };
}

async function linkIntent(
  deps: FlowStartDeps,
  platform: Platform,
  redirectUri: string | undefined,
  sealed: string,
): Promise<FlowIntent> {
  const link = await openInstallLink(deps, sealed, new Date());
  if (redirectUri !== undefined || link.platform !== platform) {
    throw new ServiceError(
      "invalid_request",
      "An install link cannot be combined with other parameters.",
    );
  }
  const { id, expiresAt, metadata } = link;
  return {
    // The allow-list may have changed since the link was created.
    redirectUri: link.redirectUri && matchRedirectUri(deps.redirectUris, link.redirectUri),
    metadata,
    link: { id, expiresAt },
    claimedInstallationId: null,
  };
}
