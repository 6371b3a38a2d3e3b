import * as v from "valibot";
import type { PlatformFields } from "../../ports/platform-fields.ts";
import { type PlatformResponse, requestPlatform, unexpectedResponse } from "../request.ts";
import { isUninstalled, slackError } from "./errors.ts";

const API_PATH = "/api";
const AUTH_TEST = "auth.test";
const UNINSTALL = "apps.uninstall";

/** A response with HTTP status 200 that is an error. */
export const SlackFailure = v.object({
  ok: v.literal(false),
  error: v.pipe(v.string(), v.maxLength(100)),
});

const Success = v.object({ ok: v.literal(true) });

/** The holder of a token. For an org-wide install, Slack returns one of its teams in `team_id`. */
const Identity = v.object({
  ok: v.literal(true),
  user_id: v.optional(v.string()),
  bot_id: v.optional(v.string()),
  app_id: v.optional(v.string()),
  team_id: v.nullish(v.string()),
  enterprise_id: v.nullish(v.string()),
  is_enterprise_install: v.nullish(v.boolean()),
});

export interface SlackCall {
  readonly url: string;
  readonly accessToken: string;
  readonly signal: AbortSignal;
}

/** The state of a bot token. An expired token says nothing about the installation. */
export type SlackTokenState =
  | {
      readonly status: "alive";
      readonly organizationId: string | undefined;
      readonly fields: PlatformFields;
    }
  | { readonly status: "expired" }
  | { readonly status: "uninstalled" };

/** Returns the base URL of the Web API. */
export function slackApiUrl(url: string): string {
  return url + API_PATH;
}

/**
 * Returns the state of a bot token, and the team or enterprise that it belongs to.
 *
 * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [auth.test](https://docs.slack.dev/reference/methods/auth.test)
 */
export async function testToken(call: SlackCall): Promise<SlackTokenState> {
  const response = await callAsBot(AUTH_TEST, call, {});
  const identity = v.safeParse(Identity, response.body);
  if (identity.success) {
    const organizationId = toOrganizationId(identity.output);
    return { status: "alive", organizationId, fields: toFields(identity.output) };
  }
  const error = failureOf(AUTH_TEST, response);
  if (isUninstalled(error)) return { status: "uninstalled" };
  if (error === "token_expired") return { status: "expired" };
  throw slackError(error, "provider_error");
}

/**
 * Uninstalls the app from the organization of a bot token. It does nothing if the app is not installed.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`,
 * `provider_rate_limited`; also for an expired token, which cannot uninstall the app
 * @see [apps.uninstall](https://docs.slack.dev/reference/methods/apps.uninstall)
 */
export async function uninstallApp(
  call: SlackCall,
  client: { clientId: string; clientSecret: string },
): Promise<void> {
  const response = await callAsBot(UNINSTALL, call, {
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  if (v.safeParse(Success, response.body).success) return;
  const error = failureOf(UNINSTALL, response);
  if (!isUninstalled(error)) throw slackError(error, "provider_error");
}

function callAsBot(
  method: string,
  { url, accessToken, signal }: SlackCall,
  parameters: Record<string, string>,
): Promise<PlatformResponse> {
  return requestPlatform({
    platform: "slack",
    url: new URL(`${slackApiUrl(url)}/${method}`),
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}` },
    body: new URLSearchParams(parameters),
    signal,
  });
}

function failureOf(method: string, { body }: PlatformResponse): string {
  const failure = v.safeParse(SlackFailure, body);
  if (!failure.success) throw unexpectedResponse("slack", method);
  return failure.output.error;
}

function toFields({
  user_id: botUserId,
  bot_id: botId,
  app_id: appId,
  enterprise_id: enterpriseId,
  is_enterprise_install: isEnterpriseInstall,
}: v.InferOutput<typeof Identity>): PlatformFields {
  return {
    botUserId,
    botId,
    appId,
    enterpriseId: enterpriseId ?? undefined,
    isEnterpriseInstall: isEnterpriseInstall ?? false,
  };
}

function toOrganizationId(identity: v.InferOutput<typeof Identity>): string | undefined {
  const { team_id, enterprise_id, is_enterprise_install: isOrgWide } = identity;
  return (isOrgWide ? enterprise_id : team_id) ?? undefined;
}
