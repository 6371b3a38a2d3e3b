import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import { PlainText } from "../../text.ts";
import {
  type PlatformResponse,
  readRetryAfter,
  requestPlatform,
  unexpectedResponse,
} from "../request.ts";

const API_VERSION = "2022-11-28";

/** GitHub's tokens live one hour (minted) or eight (refreshed). */
export const GITHUB_REFRESH_MARGIN_SECONDS = 600;

/** @see [Get the authenticated user](https://docs.github.com/en/rest/users/users#get-the-authenticated-user) */
const UserResponse = v.object({
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  login: v.pipe(PlainText, v.nonEmpty(), v.maxLength(255)),
  email: v.nullish(PlainText, null),
});

/** @see [List email addresses](https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user) */
const EmailsResponse = v.array(
  v.object({ email: PlainText, primary: v.boolean(), verified: v.boolean() }),
);

const TokenCheckResponse = v.object({
  user: v.object({ id: v.number(), login: v.pipe(PlainText, v.nonEmpty(), v.maxLength(255)) }),
});

/** The two base URLs of a GitHub: github.com, GHE.com, or an Enterprise Server. */
export interface GithubUrls {
  readonly web: string;
  readonly api: string;
}

/** Whether this is a GitHub Enterprise Server, which has no PKCE. */
export function isEnterpriseServer({ api }: GithubUrls): boolean {
  return api.endsWith("/api/v3");
}

export interface GithubRequest {
  readonly urls: GithubUrls;
  /** With its query. */
  readonly path: string;
  /** A user's token, or an App's JWT. */
  readonly bearer: string;
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface GithubUser {
  /** GitHub's number, as text: the login may change, this never does. */
  readonly id: string;
  readonly login: string;
  /** The public or else the verified primary e-mail; `null` when we may not see one. */
  readonly email: string | null;
}

/**
 * Asks whose token this is.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function getAuthenticatedUser(
  urls: GithubUrls,
  accessToken: string,
  signal: AbortSignal,
): Promise<GithubUser> {
  const response = await get(urls, "/user", accessToken, signal);
  const user = v.safeParse(UserResponse, response.body);
  if (response.status !== 200 || !user.success) throw refusedByGithub(response);

  const { id, login, email } = user.output;
  const visible = email ?? (await findPrimaryEmail(urls, accessToken, signal));
  return { id: String(id), login, email: visible };
}

/** Our client id and secret, by which GitHub answers questions about tokens that it gave us. */
export interface GithubClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Ends one token of a user, and leaves the user's other grants to the app alone; says whether it was alive.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Delete an app token](https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token)
 */
export async function deleteGithubToken(
  urls: GithubUrls,
  client: GithubClient,
  accessToken: string,
  signal: AbortSignal,
): Promise<{ wasAlive: boolean }> {
  const response = await askAboutToken(urls, client, "DELETE", accessToken, signal);
  if (response.status === 204) return { wasAlive: true };
  if (response.status === 404 || response.status === 422) return { wasAlive: false };
  throw refusedByGithub(response);
}

/**
 * Whose token this is, or `undefined` when it is dead.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Check a token](https://docs.github.com/en/rest/apps/oauth-applications#check-a-token)
 */
export async function findTokenUser(
  urls: GithubUrls,
  client: GithubClient,
  accessToken: string,
  signal: AbortSignal,
): Promise<{ id: number; login: string } | undefined> {
  const response = await askAboutToken(urls, client, "POST", accessToken, signal);
  if (response.status === 404 || response.status === 422) return undefined;
  const answer = v.safeParse(TokenCheckResponse, response.body);
  if (response.status !== 200 || !answer.success) throw refusedByGithub(response);
  return answer.output.user;
}

function askAboutToken(
  urls: GithubUrls,
  { clientId, clientSecret }: GithubClient,
  method: "POST" | "DELETE",
  accessToken: string,
  signal: AbortSignal,
): Promise<PlatformResponse> {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return requestPlatform({
    platform: "github",
    url: new URL(`${urls.api}/applications/${encodeURIComponent(clientId)}/token`),
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Basic ${credentials}`,
      "x-github-api-version": API_VERSION,
    },
    body: JSON.stringify({ access_token: accessToken }),
    signal,
  });
}

async function findPrimaryEmail(
  urls: GithubUrls,
  accessToken: string,
  signal: AbortSignal,
): Promise<string | null> {
  const response = await get(urls, "/user/emails", accessToken, signal);
  // Without the scope `user:email`, GitHub answers 403 or 404: the install needs no e-mail.
  if (response.status !== 200) return null;

  const emails = v.safeParse(EmailsResponse, response.body);
  if (!emails.success) throw refusedByGithub(response);
  return emails.output.find(({ primary, verified }) => primary && verified)?.email ?? null;
}

function get(urls: GithubUrls, path: string, accessToken: string, signal: AbortSignal) {
  return requestGithub({ urls, path, bearer: accessToken, signal });
}

/** Sends one request to the REST API. */
export function requestGithub({ urls, path, bearer, method = "GET", body, signal }: GithubRequest) {
  return requestPlatform({
    platform: "github",
    url: new URL(urls.api + path),
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${bearer}`,
      "x-github-api-version": API_VERSION,
    },
    ...(body !== undefined && { body }),
    signal,
  });
}

/**
 * What it means that GitHub does not do what was asked.
 *
 * @see [Rate limits](https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api)
 */
export function refusedByGithub({ status, headers }: PlatformResponse): ServiceError {
  const retryAfterSeconds = readRetryAfter(headers);
  const isLimited = retryAfterSeconds !== undefined || headers.get("x-ratelimit-remaining") === "0";
  if (status === 403 && isLimited) {
    const message = "github answers no more requests for now.";
    return new ServiceError("provider_rate_limited", message, {
      reason: "status 403",
      retryAfterSeconds,
    });
  }
  if (status === 401) {
    const message = "github refuses our credentials.";
    return new ServiceError("provider_misconfigured", message, { reason: "status 401" });
  }
  return unexpectedResponse("github", `status ${status}`);
}
