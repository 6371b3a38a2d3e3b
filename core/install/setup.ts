import * as v from "valibot";
import { isServiceError, ServiceError } from "../errors.ts";
import { type Platform, ProviderInstallationId } from "../installation.ts";
import { getProvider } from "../providers/registry.ts";
import { callbackUrl, type FlowIntent, type FlowStartDeps, proveFlow, startFlow } from "./flow.ts";
import { matchRedirectUri } from "./redirect-uri.ts";

/** Where the browser comes back to from the App's install page. */
const SetupParameters = v.object({
  setup_action: v.picklist(["install", "update"]),
  installation_id: ProviderInstallationId,
});

const NOTHING_ASKED: FlowIntent = {
  redirectUri: null,
  metadata: {},
  link: null,
  claimedInstallationId: null,
};

export interface SetupInput {
  readonly platform: Platform;
  /** The query that the platform added to our address; no name occurs twice. */
  readonly parameters: URLSearchParams;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/** What happens next. `cookies` are `Set-Cookie` values. */
export type SetupResult = { readonly cookies: readonly string[] } & (
  | { readonly status: "authorize"; readonly location: URL }
  /** Nobody here started this: the person has to say that they want to go on. */
  | { readonly status: "continue"; readonly query: string }
  /** An owner of the organization has to approve first. */
  | { readonly status: "pending"; readonly redirectUri: string | null }
);

/**
 * Goes on from the install page of a GitHub App: the id that the browser brings is remembered as a claim,
 * and the person who brings it has to authorize, so that the claim can be proven.
 *
 * @throws {ServiceError} `invalid_request`, `platform_not_configured`, `invalid_redirect_uri`
 * @see [About the setup URL](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url)
 */
export async function handleSetup(deps: FlowStartDeps, input: SetupInput): Promise<SetupResult> {
  const { platform, parameters, cookies } = input;
  const provider = getProvider(deps.providers, platform);
  if (!provider.installationUrl) throw unexpected();

  const intent = await findIntent(deps, input);
  if (parameters.get("setup_action") === "request") {
    return { status: "pending", redirectUri: intent?.redirectUri ?? null, cookies: [] };
  }
  const setup = v.safeParse(SetupParameters, Object.fromEntries(parameters));
  if (!setup.success) throw unexpected();

  const claimedInstallationId = setup.output.installation_id;
  if (!intent) {
    const start = { platform, purpose: "setup", intent: NOTHING_ASKED, cookies } as const;
    const flow = await startFlow(deps, start);
    const query = new URLSearchParams({ ...setup.output, state: flow.state });
    return { status: "continue", query: query.toString(), cookies: flow.cookies };
  }
  const claim = { ...intent, claimedInstallationId };
  const flow = await startFlow(deps, { platform, purpose: "callback", intent: claim, cookies });
  const redirectUri = callbackUrl(deps.publicUrl, platform);
  const location = provider.authorizationUrl({ ...flow, redirectUri });
  return { status: "authorize", location, cookies: flow.cookies };
}

/**
 * What the flow that led to the install page was for; `undefined` when there was none, or it was another
 * browser's. The state is not used up: GitHub sends people back here as often as they change something.
 */
async function findIntent(
  deps: FlowStartDeps,
  { platform, parameters, cookies }: SetupInput,
): Promise<FlowIntent | undefined> {
  const encodedState = parameters.get("state") ?? undefined;
  try {
    const { state } = await proveFlow(deps, { platform, purpose: "setup", encodedState, cookies });
    const { redirectUri, metadata, link } = state;
    return {
      redirectUri: redirectUri && matchRedirectUri(deps.redirectUris, redirectUri),
      metadata,
      link,
      claimedInstallationId: null,
    };
  } catch (error) {
    if (isServiceError(error, "invalid_state")) return undefined;
    throw error;
  }
}

function unexpected(): ServiceError {
  return new ServiceError("invalid_request", "The platform sent something that makes no sense.");
}
