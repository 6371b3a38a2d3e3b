import { ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import { getProvider } from "../providers/registry.ts";
import { openConfirmation } from "./confirmation.ts";
import { callbackUrl, type FlowIntent, type FlowStartDeps, startFlow } from "./flow.ts";
import { openInstallLink } from "./install-link.ts";
import { hasOpenedPage } from "./page-cookie.ts";
import { matchRedirectUri } from "./redirect-uri.ts";

export interface AuthorizeInput {
  readonly platform: Platform;
  readonly redirectUri: string | undefined;
  /** An encrypted install link, which contains its own redirect URI and metadata. */
  readonly link: string | undefined;
  /** The nonce of the button on the link's page. */
  readonly nonce: string | undefined;
  /** The encrypted confirmation of a request, from its page. */
  readonly request?: string | undefined;
  /** Whether the person says that the App is installed already: then its install page is left out. */
  readonly connects?: boolean;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/**
 * Starts a flow. Returns where to redirect the browser, and the cookies that bind the flow to it.
 *
 * A link starts a flow only from its page, which shows for whom it is: any other request is redirected to that
 * page, so that nobody can be sent through somebody else's link unseen.
 *
 * It does not use the database: callers cannot fill it, and installs can start during an outage.
 *
 * @throws {ServiceError} `invalid_request`, `invalid_redirect_uri`, `invalid_state`, `platform_not_configured`
 */
export async function authorize(
  deps: FlowStartDeps,
  input: AuthorizeInput,
): Promise<{ location: URL; cookies: string[] }> {
  const { platform, link, cookies } = input;
  const provider = getProvider(deps.providers, platform);
  const intent = await intentOf(deps, input);
  if (!intent) return { location: linkPage(deps, link ?? ""), cookies: [] };

  const { installationUrl } = provider;
  if (input.connects && !installationUrl) {
    throw new ServiceError("invalid_request", "This app has no installations to connect.");
  }
  if (installationUrl && !input.connects && input.request === undefined) {
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

/** Returns what the person wants to install; `undefined` if the page of a link was not opened in this browser. */
async function intentOf(
  deps: FlowStartDeps,
  input: AuthorizeInput,
): Promise<FlowIntent | undefined> {
  const { redirectUri, link, request } = input;
  if (request !== undefined) return openConfirmation(deps, request);
  return link === undefined
    ? directIntent(deps, redirectUri)
    : linkIntent(deps, { ...input, link });
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

/** Returns the page of a link. */
function linkPage({ publicUrl }: FlowStartDeps, link: string): URL {
  return new URL(`${publicUrl}/?${new URLSearchParams({ link })}`);
}

/** Returns the intent of a link; `undefined` if its page was not opened in this browser. */
async function linkIntent(
  deps: FlowStartDeps,
  { platform, redirectUri, link: sealed, nonce, cookies }: AuthorizeInput & { link: string },
): Promise<FlowIntent | undefined> {
  const link = await openInstallLink(deps, sealed, new Date());
  if (redirectUri !== undefined || link.platform !== platform) {
    throw new ServiceError(
      "invalid_request",
      "An install link cannot be combined with other parameters.",
    );
  }
  const { id, installationId, replaces, metadata } = link;
  if (!hasOpenedPage(cookies, id, nonce)) return undefined;
  return {
    // The allow-list may have changed since the link was created.
    redirectUri: link.redirectUri && matchRedirectUri(deps.redirectUris, link.redirectUri),
    metadata,
    link: { id, installationId, replaces },
    claimedInstallationId: null,
  };
}
