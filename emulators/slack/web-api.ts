import * as v from "valibot";
import { type EmulatorApp, type RequestContext, readFields } from "../http.ts";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { SlackContext } from "./context.ts";
import { botUserIdOf, toTeamFields, workspacesOf } from "./organizations.ts";
import { findClientError } from "./registration.ts";
import { slackError, slackSuccess } from "./responses.ts";
import { revokeToken, uninstallApp } from "./revocation.ts";
import { findEndedTokenError, holderOf } from "./tokens.ts";

const Arguments = v.fallback(
  v.object({
    token: v.optional(v.string()),
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

type Method = (slack: SlackContext, call: Call) => Response;

/** Adds the methods of the Web API that need a token, each for GET and for POST. */
export function addWebApi(app: EmulatorApp, slack: SlackContext): void {
  const methods: Record<string, Method> = {
    "auth.test": testAuth,
    "auth.revoke": revokeAuth,
    "auth.teams.list": listTeams,
    "apps.uninstall": uninstall,
  };
  for (const [name, run] of Object.entries(methods)) {
    app.on(["GET", "POST"], `/api/${name}`, (c) => withToken(slack, c, run));
  }
}

function withToken(slack: SlackContext, c: RequestContext, run: Method): Response {
  const fields = v.parse(Arguments, { ...c.req.query(), ...asRecord(readFields(c)) });
  const [, bearer] = /^bearer (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const token = bearer ?? fields.token;
  if (token === undefined) return slackError("not_authed");

  const endedError = findEndedTokenError(slack, hashToken(token));
  if (endedError) return slackError(endedError);
  const tokens = slack.tokens.findByAccessToken(token);
  if (!tokens) return slackError("invalid_auth");

  const response = run(slack, { tokens, fields });
  response.headers.set("x-oauth-scopes", tokens.scopes.join(","));
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
  const { cursor, limit } = fields;
  const start = Number(Buffer.from(cursor, "base64").toString() || 0);
  if (!Number.isInteger(start) || start < 0) return slackError("invalid_cursor");

  const workspaces = workspacesOf(holderOf(tokens).organization);
  const end = start + limit;
  const next_cursor = end < workspaces.length ? Buffer.from(String(end)).toString("base64") : "";
  const teams = workspaces.slice(start, end).map(({ id, name }) => ({ id, name }));
  return slackSuccess({ teams, response_metadata: { next_cursor } });
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
