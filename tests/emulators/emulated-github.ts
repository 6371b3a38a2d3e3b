import * as v from "valibot";
import { onTestFinished } from "vitest";
import type { GithubRegistration } from "../../emulators/github/registration.ts";
import { type Emulators, type EmulatorsOptions, startEmulators } from "../../emulators/server.ts";

export const CALLBACK = "http://127.0.0.1:3000/oauth/github/callback";

const REGISTRATION: GithubRegistration = {
  clientId: "app-1",
  clientSecret: "secret-1",
  callbackUrls: [CALLBACK],
};

const TokenPair = v.object({
  access_token: v.string(),
  refresh_token: v.optional(v.string(), "none"),
});

/** Starts the platforms for one test. */
export async function start(
  registration: Partial<GithubRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  const github = { ...REGISTRATION, ...registration };
  const platforms = await startEmulators({ port: 0, github, ...options });
  onTestFinished(() => platforms.close());
  return platforms;
}

/** `GET` of the authorization endpoint, as a browser does it that stops at redirects. */
export function openAuthorize(
  { githubUrl }: Emulators,
  parameters: Record<string, string> = {},
): Promise<Response> {
  const query = new URLSearchParams({ client_id: "app-1", state: "state-1", ...parameters });
  return fetch(`${githubUrl}/login/oauth/authorize?${query}`, { redirect: "manual" });
}

/** The id of the pending request in the consent form. */
export async function openConsent(
  platforms: Emulators,
  parameters: Record<string, string> = {},
): Promise<string> {
  const page = await openAuthorize(platforms, parameters);
  const [, requestId = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  return requestId;
}

/** Sends the consent form. */
export function postConsent(
  { githubUrl }: Emulators,
  fields: Record<string, string>,
): Promise<Response> {
  const form = { login: "octocat", decision: "authorize", ...fields };
  const url = `${githubUrl}/login/oauth/authorize`;
  return fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
}

/** Where a response sends the browser. */
export function locationOf(response: Response): URL {
  return new URL(response.headers.get("location") ?? "no-location:");
}

/** The code that an account's consent brings. */
export async function getCode(
  platforms: Emulators,
  { login = "octocat", ...parameters }: Record<string, string> = {},
): Promise<string> {
  const request = await openConsent(platforms, parameters);
  const callback = locationOf(await postConsent(platforms, { request, login }));
  return callback.searchParams.get("code") ?? "";
}

/** `POST` to the token endpoint, with the app's id and secret unless others are given. */
export function postTokenRequest(
  { githubUrl }: Emulators,
  fields: Record<string, string>,
): Promise<Response> {
  const client = { client_id: "app-1", client_secret: "secret-1" };
  return fetch(`${githubUrl}/login/oauth/access_token`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ ...client, ...fields }),
  });
}

/** The JSON that the token endpoint answers. */
export async function requestTokens(
  platforms: Emulators,
  fields: Record<string, string>,
): Promise<unknown> {
  const response = await postTokenRequest(platforms, fields);
  return response.json();
}

/** The tokens that an account's consent brings. */
export async function install(platforms: Emulators, parameters: Record<string, string> = {}) {
  const code = await getCode(platforms, parameters);
  return v.parse(TokenPair, await requestTokens(platforms, { code }));
}

/** The tokens that a refresh token brings. */
export async function refresh(platforms: Emulators, refreshToken: string) {
  const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
  return v.parse(TokenPair, await requestTokens(platforms, fields));
}

/** `GET` of a path of the REST API. */
export function getApi(
  { githubApiUrl }: Emulators,
  path: string,
  accessToken: string,
): Promise<Response> {
  return fetch(`${githubApiUrl}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
}
