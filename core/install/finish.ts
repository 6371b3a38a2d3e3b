import type { OAuthProvider } from "../ports/provider.ts";
import { callbackUrl, type FlowStartDeps, startFlow } from "./flow.ts";
import type { OAuthState } from "./oauth-state.ts";

/**
 * Starts a new flow for a person who has installed the App at the platform, but whose authorization failed: with
 * the same link and metadata, and without another visit to the install page. `undefined` without an App.
 */
export async function offerToFinish(
  deps: FlowStartDeps,
  provider: OAuthProvider,
  { state, cookies }: { state: OAuthState; cookies: readonly string[] },
): Promise<{ finishUrl: URL; cookies: string[] } | undefined> {
  const { platform, redirectUri, metadata, link, claimedInstallationId } = state;
  // With a redirect URI, the person sees no page here.
  if (claimedInstallationId === null || redirectUri !== null) return undefined;

  const intent = { redirectUri, metadata, link, claimedInstallationId };
  const flow = await startFlow(deps, { platform, purpose: "callback", intent, cookies });
  const callback = callbackUrl(deps.publicUrl, platform);
  const finishUrl = provider.authorizationUrl({ ...flow, redirectUri: callback });
  return { finishUrl, cookies: flow.cookies };
}
