import * as v from "valibot";
import { isServiceError, ServiceError } from "../errors.ts";
import { type Platform, ProviderInstallationId } from "../installation.ts";
import { getProvider } from "../providers/registry.ts";
import { callbackUrl, type FlowIntent, type FlowStartDeps, proveFlow, startFlow } from "./flow.ts";
import { matchRedirectUri } from "./redirect-uri.ts";

/** The query that GitHub's install page adds to the setup URL. */
const SetupParameters = v.object({
  setup_action: v.picklist(["install", "update"]),
  installation_id: ProviderInstallationId,
});

const EMPTY_INTENT: FlowIntent = {
  redirectUri: null,
  metadata: {},
  link: null,
  claimedInstallationId: null,
};

export interface SetupInput {
  readonly platform: Platform;
  /** The query of the setup URL; no name occurs twice. */
  readonly parameters: URLSearchParams;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/** The next step of the flow. `cookies` are `Set-Cookie` values. */
export type SetupResult = { readonly cookies: readonly string[] } & (
  | { readonly status: "authorize"; readonly location: URL }
  /** The flow was not started in this browser: the user has to confirm that it continues. */
  | { readonly status: "continue"; readonly query: string }
  /** An owner of the organization has to approve the install first, and no flow waits for that. */
  | { readonly status: "pending" }
);

/**
 * Continues a flow after the install page of a GitHub App. The installation id in the query is stored in
 * the state as a claim, and the user has to authorize, so that the claim can be verified.
 *
 * @throws {ServiceError} `invalid_request`, `platform_not_configured`, `invalid_redirect_uri`
 * @see [About the setup URL](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url)
 */
export async function handleSetup(deps: FlowStartDeps, input: SetupInput): Promise<SetupResult> {
  const { platform, parameters, cookies } = input;
  const provider = getProvider(deps.providers, platform);
  if (!provider.installationUrl) throw invalidParameters();

  const intent = await findIntent(deps, input);
  if (parameters.get("setup_action") === "request") {
    // Nobody started a flow here: there is nothing to finish after the approval.
    if (!intent) return { status: "pending", cookies: [] };
    return authorizeWith(deps, input, { ...intent, isRequest: true });
  }
  const setup = v.safeParse(SetupParameters, Object.fromEntries(parameters));
  if (!setup.success) throw invalidParameters();

  const claimedInstallationId = setup.output.installation_id;
  if (!intent) {
    const start = { platform, purpose: "setup", intent: EMPTY_INTENT, cookies } as const;
    const flow = await startFlow(deps, start);
    const query = new URLSearchParams({ ...setup.output, state: flow.state });
    return { status: "continue", query: query.toString(), cookies: flow.cookies };
  }
  return authorizeWith(deps, input, { ...intent, claimedInstallationId });
}

/** Sends the person to authorize, so that the callback proves who it is. */
async function authorizeWith(
  deps: FlowStartDeps,
  { platform, cookies }: SetupInput,
  intent: FlowIntent,
): Promise<SetupResult> {
  const provider = getProvider(deps.providers, platform);
  const flow = await startFlow(deps, { platform, purpose: "callback", intent, cookies });
  const redirectUri = callbackUrl(deps.publicUrl, platform);
  const location = provider.authorizationUrl({ ...flow, redirectUri });
  return { status: "authorize", location, cookies: flow.cookies };
}

/**
 * Returns the intent of the flow that led to the install page; `undefined` if this browser started none.
 *
 * The state is not consumed: GitHub redirects to the setup URL after every change of the installation.
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

function invalidParameters(): ServiceError {
  return new ServiceError("invalid_request", "The setup URL has missing or unknown parameters.");
}
