import * as v from "valibot";
import type { JiraControl } from "../../emulators/jira/control.ts";
import type { JiraRegistration } from "../../emulators/jira/registration.ts";
import type { Emulators, EmulatorsOptions } from "../../emulators/server.ts";
import { locationOf, start } from "./emulated-github.ts";

export const CALLBACK = "http://127.0.0.1:3000/oauth/jira/callback";

const REGISTRATION: JiraRegistration = {
  clientId: "jira-1",
  clientSecret: "jira-secret-1",
  callbackUrl: CALLBACK,
};

const Tokens = v.object({
  access_token: v.string(),
  refresh_token: v.optional(v.string(), "none"),
});

/** Starts the platforms with Jira for one test. */
export function startJira(
  registration: Partial<JiraRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  return start({}, { jira: { ...REGISTRATION, ...registration }, ...options });
}

/** What only Jira has of the control object. */
export function jiraOf({ control }: Emulators): JiraControl {
  if (!control.jira) throw new Error("There is no Jira here.");
  return control.jira;
}

/** `GET` of the authorization endpoint; an empty parameter is left out. */
export function openAuthorize(
  { jiraAuthUrl }: Emulators,
  parameters: Record<string, string> = {},
): Promise<Response> {
  const all = {
    audience: "api.atlassian.com",
    client_id: "jira-1",
    scope: "read:jira-work read:me offline_access",
    redirect_uri: CALLBACK,
    state: "state-1",
    response_type: "code",
    prompt: "consent",
    ...parameters,
  };
  const query = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ""));
  return fetch(`${jiraAuthUrl}/authorize?${query}`, { redirect: "manual" });
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

/** What a person fills in. */
interface Consent {
  readonly account?: string;
  readonly sites?: readonly string[];
  readonly decision?: string;
}

/** Sends the consent form. */
export function postConsent(
  { jiraAuthUrl }: Emulators,
  request: string,
  { account = "mia", sites = ["acme"], decision = "accept" }: Consent = {},
): Promise<Response> {
  const body = new URLSearchParams({ request, account, decision });
  for (const site of sites) body.append(`site-${account}`, site);
  return fetch(`${jiraAuthUrl}/authorize`, { method: "POST", body, redirect: "manual" });
}

/** The code that a consent brings. */
export async function getCode(
  platforms: Emulators,
  { scope, ...consent }: Consent & { scope?: string } = {},
): Promise<string> {
  const request = await openConsent(platforms, scope === undefined ? {} : { scope });
  const callback = locationOf(await postConsent(platforms, request, consent));
  return callback.searchParams.get("code") ?? "";
}

/** `POST` to the token endpoint, with the app's id and secret unless others are given. */
export function postTokenRequest(
  { jiraAuthUrl }: Emulators,
  fields: Record<string, string>,
): Promise<Response> {
  const client = { client_id: "jira-1", client_secret: "jira-secret-1" };
  return fetch(`${jiraAuthUrl}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...client, ...fields }),
  });
}

/** The answer to the exchange of a code. */
export function exchange(platforms: Emulators, fields: Record<string, string>): Promise<Response> {
  const grant = { grant_type: "authorization_code", redirect_uri: CALLBACK };
  return postTokenRequest(platforms, { ...grant, ...fields });
}

/** The tokens that a consent brings. */
export async function install(platforms: Emulators, consent: Consent & { scope?: string } = {}) {
  const response = await exchange(platforms, { code: await getCode(platforms, consent) });
  return v.parse(Tokens, await response.json());
}

/** The answer to a refresh token. */
export function postRefresh(platforms: Emulators, refresh_token: string): Promise<Response> {
  return postTokenRequest(platforms, { grant_type: "refresh_token", refresh_token });
}

/** The tokens that a refresh token brings. */
export async function refresh(platforms: Emulators, refreshToken: string) {
  const response = await postRefresh(platforms, refreshToken);
  return v.parse(Tokens, await response.json());
}

/** `GET` of a path of the API. */
export function getApi(
  { jiraApiUrl }: Emulators,
  path: string,
  accessToken: string,
): Promise<Response> {
  return fetch(`${jiraApiUrl}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
}

/** The sites that an access token reaches. */
export async function getSites(platforms: Emulators, accessToken: string): Promise<unknown> {
  const response = await getApi(platforms, "/oauth/token/accessible-resources", accessToken);
  return response.json();
}
