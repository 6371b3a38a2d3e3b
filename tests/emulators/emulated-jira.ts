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

/** Starts the emulators with Jira for one test. */
export function startJira(
  registration: Partial<JiraRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  return start({}, { jira: { ...REGISTRATION, ...registration }, ...options });
}

/** Returns the control of Jira. */
export function jiraOf({ control }: Emulators): JiraControl {
  if (!control.jira) throw new Error("Jira is not running.");
  return control.jira;
}

/** Opens the authorization endpoint; an empty parameter is omitted. */
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

/** Returns the id of the pending request in the consent form. */
export async function openConsent(
  emulators: Emulators,
  parameters: Record<string, string> = {},
): Promise<string> {
  const page = await openAuthorize(emulators, parameters);
  const [, requestId = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  return requestId;
}

/** The fields of the consent form. */
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

/** Authorizes the app and returns the code. */
export async function getCode(
  emulators: Emulators,
  { scope, ...consent }: Consent & { scope?: string } = {},
): Promise<string> {
  const request = await openConsent(emulators, scope === undefined ? {} : { scope });
  const callback = locationOf(await postConsent(emulators, request, consent));
  return callback.searchParams.get("code") ?? "";
}

/** Posts to the token endpoint, by default with the app's id and secret. */
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

/** Exchanges a code. */
export function exchange(emulators: Emulators, fields: Record<string, string>): Promise<Response> {
  const grant = { grant_type: "authorization_code", redirect_uri: CALLBACK };
  return postTokenRequest(emulators, { ...grant, ...fields });
}

/** Authorizes the app and returns the tokens. */
export async function install(emulators: Emulators, consent: Consent & { scope?: string } = {}) {
  const response = await exchange(emulators, { code: await getCode(emulators, consent) });
  return v.parse(Tokens, await response.json());
}

/** Posts a refresh token. */
export function postRefresh(emulators: Emulators, refresh_token: string): Promise<Response> {
  return postTokenRequest(emulators, { grant_type: "refresh_token", refresh_token });
}

/** Refreshes and returns the new tokens. */
export async function refresh(emulators: Emulators, refreshToken: string) {
  const response = await postRefresh(emulators, refreshToken);
  return v.parse(Tokens, await response.json());
}

/** Gets a path of the API. */
export function getApi(
  { jiraApiUrl }: Emulators,
  path: string,
  accessToken: string,
): Promise<Response> {
  return fetch(`${jiraApiUrl}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
}

/** Returns the sites that an access token has access to. */
export async function getSites(emulators: Emulators, accessToken: string): Promise<unknown> {
  const response = await getApi(emulators, "/oauth/token/accessible-resources", accessToken);
  return response.json();
}
