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

/** Starts the emulators for one test. */
export async function start(
  registration: Partial<GithubRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  const github = { ...REGISTRATION, ...registration };
  const emulators = await startEmulators({ port: 0, github, ...options });
  onTestFinished(() => emulators.close());
  return emulators;
}

/** Opens the authorization endpoint without following redirects. */
export function openAuthorize(
  { githubUrl }: Emulators,
  parameters: Record<string, string> = {},
): Promise<Response> {
  const query = new URLSearchParams({ client_id: "app-1", state: "state-1", ...parameters });
  return fetch(`${githubUrl}/login/oauth/authorize?${query}`, { redirect: "manual" });
}

/** Returns the id of the pending request in the consent form. */
export async function openConsent(
  emulators: Emulators,
  parameters: Record<string, string> = {},
): Promise<string> {
  const page = await openAuthorize(emulators, parameters);
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

/** Returns the URL that a response redirects to. */
export function locationOf(response: Response): URL {
  return new URL(response.headers.get("location") ?? "no-location:");
}

/** Authorizes the app for an account and returns the code. */
export async function getCode(
  emulators: Emulators,
  { login = "octocat", ...parameters }: Record<string, string> = {},
): Promise<string> {
  const request = await openConsent(emulators, parameters);
  const callback = locationOf(await postConsent(emulators, { request, login }));
  return callback.searchParams.get("code") ?? "";
}

/** Posts to the token endpoint, by default with the app's id and secret. */
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

/** Returns the JSON of the token endpoint. */
export async function requestTokens(
  emulators: Emulators,
  fields: Record<string, string>,
): Promise<unknown> {
  const response = await postTokenRequest(emulators, fields);
  return response.json();
}

/** Authorizes the app for an account and returns the tokens. */
export async function install(emulators: Emulators, parameters: Record<string, string> = {}) {
  const code = await getCode(emulators, parameters);
  return v.parse(TokenPair, await requestTokens(emulators, { code }));
}

/** Refreshes and returns the new tokens. */
export async function refresh(emulators: Emulators, refreshToken: string) {
  const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
  return v.parse(TokenPair, await requestTokens(emulators, fields));
}

/** Gets a path of the REST API. */
export function getApi(
  { githubApiUrl }: Emulators,
  path: string,
  accessToken: string,
): Promise<Response> {
  return fetch(`${githubApiUrl}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
}
