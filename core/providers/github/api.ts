import * as v from "valibot";
import { ReportedEmail, ReportedName } from "../reported-text.ts";
import { type PlatformResponse, requestPlatform } from "../request.ts";
import { githubApiError } from "./errors.ts";

const API_VERSION = "2022-11-28";
const USER_PATH = "/user";
const EMAILS_PATH = "/user/emails";

/** GitHub's tokens live one hour (minted) or eight hours (refreshed). */
export const GITHUB_REFRESH_MARGIN_SECONDS = 600;

/**
 * A user. The id stands for a login that cannot be shown.
 *
 * @see [Get the authenticated user](https://docs.github.com/en/rest/users/users#get-the-authenticated-user)
 */
export const UserResponse = v.pipe(
  v.object({
    id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    login: ReportedName,
    email: ReportedEmail,
  }),
  v.transform(({ id, login, email }) => ({ id: String(id), login: login || String(id), email })),
);

/** @see [List email addresses](https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user) */
const EmailsResponse = v.array(
  v.object({ email: ReportedEmail, primary: v.boolean(), verified: v.boolean() }),
);

/** The two base URLs of github.com, of GHE.com, or of a GitHub Enterprise Server. */
export interface GithubUrls {
  readonly web: string;
  readonly api: string;
}

/** Returns whether this is a GitHub Enterprise Server, which has no PKCE. */
export function isEnterpriseServer({ api }: GithubUrls): boolean {
  return api.endsWith("/api/v3");
}

/** Returns the path of the App's install page. */
export function installPath(urls: GithubUrls, slug: string): string {
  return `/${isEnterpriseServer(urls) ? "github-apps" : "apps"}/${slug}/installations/new`;
}

/** The credential of a request to the REST API: a user's token, or a JWT of the App. */
export interface GithubCall {
  readonly urls: GithubUrls;
  readonly bearer: string;
  readonly signal: AbortSignal;
}

export interface GithubRequest extends Omit<GithubCall, "bearer"> {
  /** The value of the `authorization` header. */
  readonly authorization: string;
  /** With its query. */
  readonly path: string;
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: string;
  readonly limitMs?: number;
  readonly maxBodyBytes?: number;
}

export interface GithubUser {
  /** GitHub's number of the user, as text. It never changes, unlike the login. */
  readonly id: string;
  readonly login: string;
  /** The public email address, or the verified primary one; `null` if the token may not read it. */
  readonly email: string | null;
}

/** Sends one request to the REST API, and returns any response that `requestPlatform` returns. */
export function requestGithub({
  urls,
  path,
  authorization,
  ...request
}: GithubRequest): Promise<PlatformResponse> {
  return requestPlatform({
    ...request,
    platform: "github",
    url: new URL(urls.api + path),
    headers: {
      accept: "application/vnd.github+json",
      authorization,
      "x-github-api-version": API_VERSION,
    },
  });
}

/** Sends one request with a bearer token: a user's token, or a JWT of the App. */
export function callGithub({
  bearer,
  ...call
}: GithubCall & Omit<GithubRequest, "authorization">): Promise<PlatformResponse> {
  return requestGithub({ ...call, authorization: `Bearer ${bearer}` });
}

/**
 * Sends a GET request, and returns the JSON of its response.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function getGithub<const Schema extends v.GenericSchema>(
  call: GithubCall,
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const response = await callGithub({ ...call, path });
  const parsed = v.safeParse(schema, response.body);
  if (response.status !== 200 || !parsed.success) throw githubApiError(response);
  return parsed.output;
}

/**
 * Returns the user that a token belongs to.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function getAuthenticatedUser(call: GithubCall): Promise<GithubUser> {
  const user = await getGithub(call, USER_PATH, UserResponse);
  return { ...user, email: user.email ?? (await findPrimaryEmail(call)) };
}

async function findPrimaryEmail(call: GithubCall): Promise<string | null> {
  const response = await callGithub({ ...call, path: EMAILS_PATH });
  // Without the scope `user:email`, GitHub returns 403 or 404. An install does not need the address.
  if (response.status !== 200) return null;

  const emails = v.safeParse(EmailsResponse, response.body);
  if (!emails.success) throw githubApiError(response);
  return emails.output.find(({ primary, verified }) => primary && verified)?.email ?? null;
}
