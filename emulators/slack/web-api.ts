import * as v from "valibot";
import { type EmulatorApp, type RequestContext, readFields } from "../http.ts";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import { CHAT_METHODS } from "./chat-methods.ts";
import type { SlackContext } from "./context.ts";
import { CONVERSATION_METHODS } from "./conversation-methods.ts";
import type { SlackMethod } from "./method.ts";
import { botUserIdOf, toTeamFields, workspacesOf } from "./organizations.ts";
import { pageOf } from "./pagination.ts";
import { findClientError } from "./registration.ts";
import { slackError, slackSuccess } from "./responses.ts";
import { revokeToken, uninstallApp } from "./revocation.ts";
import { findEndedTokenError, holderOf } from "./tokens.ts";
import { USER_METHODS } from "./user-methods.ts";
import { VIEW_METHODS } from "./view-methods.ts";

const Arguments = v.fallback(
  v.object({
    test: v.optional(v.union([v.string(), v.boolean(), v.number()])),
    client_id: v.optional(v.string()),
    client_secret: v.optional(v.string()),
    cursor: v.optional(v.string(), ""),
    limit: v.optional(v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(1)), 100),
  }),
  { cursor: "", limit: 100 },
);
type Arguments = v.InferOutput<typeof Arguments>;

/** A request with a live token. */
interface Call {
  readonly tokens: IssuedTokens;
  readonly fields: Arguments;
}

const METHODS: Readonly<Record<string, SlackMethod>> = {
  "auth.test": forToken(testAuth),
  "auth.revoke": forToken(revokeAuth),
  "auth.teams.list": forToken(listTeams),
  "apps.uninstall": forToken(uninstall),
  ...CHAT_METHODS,
  ...CONVERSATION_METHODS,
  ...USER_METHODS,
  ...VIEW_METHODS,
};

/** Adds the methods of the Web API that need a token, each for GET and for POST. */
export function addWebApi(app: EmulatorApp, slack: SlackContext): void {
  for (const [name, method] of Object.entries(METHODS)) {
    app.on(["GET", "POST"], `/api/${name}`, (c) => withToken(slack, c, method));
  }
}

/** Creates a method that is about the token itself and needs no scope. */
function forToken(run: (slack: SlackContext, call: Call) => Response): SlackMethod {
  return {
    needs: () => [],
    run: (slack, { tokens, fields }) => run(slack, { tokens, fields: v.parse(Arguments, fields) }),
  };
}

function withToken(slack: SlackContext, c: RequestContext, { needs, run }: SlackMethod): Response {
  const fields: Record<string, unknown> = { ...c.req.query(), ...asRecord(readFields(c)) };
  const [, bearer] = /^bearer (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const token = bearer ?? fields.token;
  if (typeof token !== "string") return slackError("not_authed");

  const endedError = findEndedTokenError(slack, hashToken(token));
  if (endedError) return slackError(endedError);
  const tokens = slack.tokens.findByAccessToken(token);
  if (!tokens) return slackError("invalid_auth");

  const { scopes } = tokens;
  const needed = needs(fields);
  const missing = needed.filter((scope) => !scopes.includes(scope));
  const response =
    missing.length > 0
      ? slackError("missing_scope", { needed: missing.join(","), provided: scopes.join(",") })
      : run(slack, { tokens, fields, caller: { ...holderOf(tokens), scopes } });
  response.headers.set("x-oauth-scopes", scopes.join(","));
  if (needed.length > 0) response.headers.set("x-accepted-oauth-scopes", needed.join(","));
  return response;
}

/** @see [auth.test](https://docs.slack.dev/reference/methods/auth.test) */
function testAuth({ registration, clock }: SlackContext, { tokens }: Call): Response {
  const { organization, userId, kind } = holderOf(tokens);
  const { enterprise, is_enterprise_install } = toTeamFields(organization);
  const { accessTokenExpiresAt: expiresAt } = tokens;
  return slackSuccess({
    url: `https://${organization.id.toLowerCase()}.slack.example.invalid/`,
    team: organization.name,
    user: kind === "bot" ? registration.appName.toLowerCase() : userId.toLowerCase(),
    // For an org-wide install, this is the organization.
    team_id: organization.id,
    user_id: userId,
    ...(kind === "bot" && { bot_id: botUserIdOf(organization).replace(/^./, "B") }),
    app_id: registration.appId,
    ...(enterprise && { enterprise_id: enterprise.id }),
    is_enterprise_install,
    ...(expiresAt !== null && { expires_in: Math.floor((expiresAt - clock.now()) / 1000) }),
  });
}

/** @see [auth.revoke](https://docs.slack.dev/reference/methods/auth.revoke) */
function revokeAuth(slack: SlackContext, { tokens, fields }: Call): Response {
  const isTest = ["1", "true"].includes(String(fields.test));
  if (!isTest) revokeToken(slack, tokens);
  return slackSuccess({ revoked: !isTest });
}

/** @see [auth.teams.list](https://docs.slack.dev/reference/methods/auth.teams.list) */
function listTeams(_: SlackContext, { tokens, fields }: Call): Response {
  const page = pageOf(workspacesOf(holderOf(tokens).organization), fields);
  if (!page) return slackError("invalid_cursor");
  const { items, response_metadata } = page;
  return slackSuccess({ teams: items.map(({ id, name }) => ({ id, name })), response_metadata });
}

/** @see [apps.uninstall](https://docs.slack.dev/reference/methods/apps.uninstall) */
function uninstall(slack: SlackContext, { tokens, fields }: Call): Response {
  const client = { id: fields.client_id, secret: fields.client_secret };
  const clientError = findClientError(slack.registration, client);
  if (clientError) return slackError(clientError);
  if (tokens.clientId !== slack.registration.clientId) {
    return slackError("client_id_token_mismatch");
  }
  uninstallApp(slack, holderOf(tokens).organization);
  return slackSuccess({});
}

function asRecord(fields: unknown): object {
  return typeof fields === "object" && fields !== null ? fields : {};
}
