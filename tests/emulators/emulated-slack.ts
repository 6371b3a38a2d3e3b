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

/** Starts the platforms with Slack for one test. */
export function startSlack(
  registration: Partial<SlackRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  return start({}, { slack: { ...REGISTRATION, ...registration }, ...options });
}

/** What only Slack has of the control object. */
export function slackOf({ control }: Emulators): SlackControl {
  if (!control.slack) throw new Error("There is no Slack here.");
  return control.slack;
}

/** `GET` of the install page, as a browser does it that stops at redirects. */
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

/** The id of the pending request in an install page. */
export async function requestIdOf(page: Response): Promise<string> {
  const [, requestId = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  return requestId;
}

/** What a person fills in; `optional` are the ticked scopes. */
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

/** The code that a consent brings. */
export async function getCode(
  platforms: Emulators,
  organization = "T0ACME",
  parameters: Record<string, string> = {},
): Promise<string> {
  const request = await requestIdOf(await openInstall(platforms, parameters));
  const callback = locationOf(await postDecision(platforms, { request, organization }));
  return callback.searchParams.get("code") ?? "";
}

/** `POST` of `oauth.v2.access`, with the app's id and secret unless others are given. */
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

/** The tokens that a consent brings. */
export async function install(
  platforms: Emulators,
  organization = "T0ACME",
  parameters: Record<string, string> = {},
) {
  const code = await getCode(platforms, organization, parameters);
  return v.parse(Tokens, await access(platforms, { code }));
}

/** What `oauth.v2.access` answers to a refresh token. */
export function requestRefresh(platforms: Emulators, refresh_token: string): Promise<unknown> {
  return access(platforms, { grant_type: "refresh_token", refresh_token });
}

/** The tokens that a refresh token brings. */
export async function refresh(platforms: Emulators, refreshToken: string) {
  return v.parse(Tokens, await requestRefresh(platforms, refreshToken));
}

/** What a method of the Web API answers. */
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
