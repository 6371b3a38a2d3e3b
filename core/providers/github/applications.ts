import * as v from "valibot";
import type { PlatformResponse } from "../request.ts";
import { callGithub, type GithubUrls, requestGithub, UserResponse } from "./api.ts";
import { githubApiError, isGithubError } from "./errors.ts";

/** The path of the endpoints about a token that GitHub issued to the app. */
const tokenPath = (clientId: string) => `/applications/${encodeURIComponent(clientId)}/token`;
const USER_PATH = "/user";

const TokenCheckResponse = v.object({ user: UserResponse });

/** The client id and secret of the app, which authenticate requests about the tokens that it got. */
export interface GithubClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Revokes one token of a user, but not the user's other grants to the app. Returns whether it was valid.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Delete an app token](https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token)
 */
export async function deleteGithubToken(
  urls: GithubUrls,
  client: GithubClient,
  accessToken: string,
  signal: AbortSignal,
): Promise<{ wasValid: boolean }> {
  const response = await requestAboutToken(urls, client, "DELETE", accessToken, signal);
  const { status } = response;
  if (status === 204) return { wasValid: true };
  if ((status === 404 || status === 422) && isGithubError(response)) return { wasValid: false };
  throw githubApiError(response);
}

/**
 * Returns the user of a token, or `undefined` if the token is not valid any more.
 *
 * GitHub returns its 404 for a wrong path as well, so that it counts only if the token is rejected too.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Check a token](https://docs.github.com/en/rest/apps/oauth-applications#check-a-token)
 */
export async function findTokenUser(
  urls: GithubUrls,
  client: GithubClient,
  accessToken: string,
  signal: AbortSignal,
): Promise<{ id: string; login: string } | undefined> {
  const response = await requestAboutToken(urls, client, "POST", accessToken, signal);
  if (response.status === 404 && isGithubError(response)) {
    const user = await callGithub({ urls, bearer: accessToken, signal, path: USER_PATH });
    if (user.status === 401 && isGithubError(user)) return undefined;
  }
  const check = v.safeParse(TokenCheckResponse, response.body);
  if (response.status !== 200 || !check.success) throw githubApiError(response);
  return check.output.user;
}

function requestAboutToken(
  urls: GithubUrls,
  { clientId, clientSecret }: GithubClient,
  method: "POST" | "DELETE",
  accessToken: string,
  signal: AbortSignal,
): Promise<PlatformResponse> {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return requestGithub({
    urls,
    path: tokenPath(clientId),
    method,
    authorization: `Basic ${credentials}`,
    body: JSON.stringify({ access_token: accessToken }),
    signal,
  });
}
