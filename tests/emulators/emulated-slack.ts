import * as v from "valibot";
import type { Emulators, EmulatorsOptions } from "../../emulators/server.ts";
import type { SlackControl } from "../../emulators/slack/control.ts";
import type { SlackRegistration } from "../../emulators/slack/registration.ts";
import { locationOf, start } from "./emulated-github.ts";

export const REDIRECT_URL = "http://127.0.0.1:3000/oauth/slack/callback";

const REGISTRATION: SlackRegistration = {
  clientId: "1234.5678",
  clientSecret: "slack-secret-1",
  redirectUrls: [REDIRECT_URL],
  appId: "A0APP",
};

const Tokens = v.object({
  access_token: v.optional(v.string(), "none"),
  refresh_token: v.optional(v.string(), "none"),
  authed_user: v.optional(v.object({ access_token: v.optional(v.string(), "none") }), {}),
});

/** Starts the emulators with Slack for one test. */
export function startSlack(
  registration: Partial<SlackRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  return start({}, { slack: { ...REGISTRATION, ...registration }, ...options });
}

/** Returns the control of Slack. */
export function slackOf({ control }: Emulators): SlackControl {
  if (!control.slack) throw new Error("Slack is not running.");
  return control.slack;
}

/** Opens the install page without following redirects. */
export function openInstall(
  { slackUrl }: Emulators,
  parameters: Record<string, string> = {},
): Promise<Response> {
  const query = new URLSearchParams({
    client_id: "1234.5678",
    scope: "chat:write",
    state: "state-1",
    ...parameters,
  });
  return fetch(`${slackUrl}/oauth/v2/authorize?${query}`, { redirect: "manual" });
}

/** Returns the id of the pending request in an install page. */
export async function requestIdOf(page: Response): Promise<string> {
  const [, requestId = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  return requestId;
}

/** The fields of the install form; `optional` are the selected scopes. */
interface Decision {
  readonly request: string;
  readonly organization?: string;
  readonly decision?: string;
  readonly optional?: readonly string[];
}

/** Sends the form of the install page. */
export function postDecision(
  { slackUrl }: Emulators,
  { request, organization = "T0ACME", decision = "allow", optional = [] }: Decision,
): Promise<Response> {
  const body = new URLSearchParams({ request, organization, decision });
  for (const scope of optional) body.append("optional", scope);
  return fetch(`${slackUrl}/oauth/v2/authorize`, { method: "POST", body, redirect: "manual" });
}

/** Installs the app and returns the code. */
export async function getCode(
  emulators: Emulators,
  organization = "T0ACME",
  parameters: Record<string, string> = {},
): Promise<string> {
  const request = await requestIdOf(await openInstall(emulators, parameters));
  const callback = locationOf(await postDecision(emulators, { request, organization }));
  return callback.searchParams.get("code") ?? "";
}

/** Posts to `oauth.v2.access`, by default with the app's id and secret. */
export async function access(
  { slackUrl }: Emulators,
  fields: Record<string, string>,
): Promise<unknown> {
  const client = { client_id: "1234.5678", client_secret: "slack-secret-1" };
  const response = await fetch(`${slackUrl}/api/oauth.v2.access`, {
    method: "POST",
    body: new URLSearchParams({ ...client, ...fields }),
  });
  return response.json();
}

/** Installs the app and returns the tokens. */
export async function install(
  emulators: Emulators,
  organization = "T0ACME",
  parameters: Record<string, string> = {},
) {
  const code = await getCode(emulators, organization, parameters);
  return v.parse(Tokens, await access(emulators, { code }));
}

/** Posts a refresh token to `oauth.v2.access`. */
export function requestRefresh(emulators: Emulators, refresh_token: string): Promise<unknown> {
  return access(emulators, { grant_type: "refresh_token", refresh_token });
}

/** Refreshes and returns the new tokens. */
export async function refresh(emulators: Emulators, refreshToken: string) {
  return v.parse(Tokens, await requestRefresh(emulators, refreshToken));
}

/** Calls a method of the Web API. */
export async function call(
  { slackUrl }: Emulators,
  method: string,
  accessToken: string,
  fields: Record<string, string> = {},
): Promise<unknown> {
  const response = await fetch(`${slackUrl}/api/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}` },
    body: new URLSearchParams(fields),
  });
  return response.json();
}
