import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import type { Platform } from "../../installation.ts";
import { PLATFORMS } from "../../platforms.ts";
import type { OAuthProvider } from "../../ports/provider.ts";
import { type FetchedPage, fetchPage } from "../../providers/fetch-page.ts";
import type { RegistrationCheck } from "../../providers/registration-check.ts";
import { broken, doubtful, inOrder, type StageCheck } from "../../stage-check.ts";

/** The body of an error of the HTTP API. */
const ErrorBody = v.pipe(v.string(), v.trim(), v.parseJson(), v.object({ error: v.string() }));

/** The errors by which a platform says that the callback URL is not registered. */
const UNREGISTERED = new Set(["redirect_uri_mismatch", "bad_redirect_uri"]);

/** The error for a made-up code; `undefined` without a response. */
type Refusal = ServiceError | undefined;

/** The app at a platform, as anybody can reach it. */
interface App {
  readonly platform: Platform;
  readonly provider: OAuthProvider;
  /** The callback URL that has to be registered. */
  readonly redirectUri: string;
  readonly signal: AbortSignal;
}

/**
 * Requests tokens with a made-up code, which a platform refuses only after it has authenticated the app. It has no
 * effect there.
 */
export async function tryCredentials({ provider, redirectUri, signal }: App): Promise<Refusal> {
  const codeVerifier = randomBytes(32).toString("base64url");
  const code = randomBytes(10).toString("hex");
  try {
    await provider.exchange({
      ...{ code, codeVerifier, redirectUri, signal },
      claimedInstallationId: null,
    });
    return undefined;
  } catch (error) {
    return error instanceof ServiceError ? error : undefined;
  }
}

/** Checks whether the platform accepted the client id and the client secret. */
export function checkCredentials(platform: Platform, refusal: Refusal): StageCheck {
  const name = `${platform}-credentials`;
  const { displayName } = PLATFORMS[platform];
  if (refusal?.code === "provider_misconfigured") {
    return broken(
      name,
      `${displayName} rejects the client id or the client secret.`,
      `Compare both with the settings of the app at ${displayName}, and put the secret ${platform} again.`,
    );
  }
  if (refusal?.code === "exchange_failed") {
    return inOrder(name, `${displayName} accepts the client id and the client secret.`);
  }
  const summary = `${displayName} could not be asked about the credentials: ${refusal?.message ?? "unexpected response."}`;
  return doubtful(name, summary, `Look at the status page of ${displayName}, and check again.`);
}

/** Fetches the page at which a person would authorize the app. */
export function fetchAuthorization({ provider, redirectUri, signal }: App) {
  const state = randomBytes(16).toString("hex");
  const codeChallenge = randomBytes(32).toString("base64url");
  return fetchPage(provider.authorizationUrl({ state, redirectUri, codeChallenge }), signal);
}

/** Checks that the page at which a person would authorize the app does not refuse the scopes. */
export function checkScopes(
  platform: Platform,
  refusedScopes: RegExp,
  authorization: FetchedPage | undefined,
): StageCheck {
  const name = `${platform}-scopes`;
  const { displayName } = PLATFORMS[platform];
  if (authorization && refusedScopes.test(authorization.text)) {
    return broken(
      name,
      `${displayName} refuses a scope that installs request: the app does not have it there.`,
      `Add the scopes of platforms.${platform}.scopes in the settings of the app at ${displayName}.`,
    );
  }
  const summary = `${displayName} did not refuse the scopes to a browser that is not signed in.`;
  return inOrder(name, summary);
}

/** Checks that the callback URL responds, and that it is not one that the platform refuses. */
export async function checkCallback(
  { platform, redirectUri, signal }: App,
  { unregistered }: Pick<RegistrationCheck, "unregistered">,
  authorization: FetchedPage | undefined,
  refusal: Refusal,
): Promise<StageCheck> {
  const name = `${platform}-callback`;
  const { displayName } = PLATFORMS[platform];
  const callback = await fetchPage(new URL(redirectUri), signal, "application/json");
  const isOurs = callback !== undefined && v.safeParse(ErrorBody, callback.text).success;
  if (!isOurs || callback.status >= 500) {
    const found = callback ? `status ${callback.status}` : "no response";
    return broken(
      name,
      `The callback URL ${redirectUri} does not respond as it should: ${found}.`,
      "Check the DNS of the domain, and the log group of the function callback.",
    );
  }
  const isRefused =
    (authorization && unregistered.test(authorization.text)) ||
    UNREGISTERED.has(refusal?.reason ?? "");
  if (isRefused) {
    return broken(
      name,
      `${displayName} refuses the callback URL ${redirectUri}: it is not registered.`,
      `Register it in the settings of the app at ${displayName}.`,
    );
  }
  return inOrder(
    name,
    `${redirectUri} responds, and ${displayName} did not refuse it to a browser that is not signed in.`,
  );
}
