import * as v from "valibot";
import { type PlatformRequest, type Reply, readFields } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { SlackContext } from "./context.ts";
import { botUserIdOf, toPlace, workspacesOf } from "./organizations.ts";
import { findClientError } from "./registration.ts";
import { fail, succeed } from "./responses.ts";
import { findEnd, holderOf } from "./tokens.ts";
import { revokeToken, uninstall } from "./uninstall.ts";

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

type Method = (slack: SlackContext, call: Call) => Reply;

/** The methods of the Web API that a token opens, each by GET and by POST. */
export function webApiRoutes(slack: SlackContext): PlatformRoute<Reply>[] {
  return [
    ...method(slack, "/api/auth.test", testAuth),
    ...method(slack, "/api/auth.revoke", revokeAuth),
    ...method(slack, "/api/auth.teams.list", listTeams),
    ...method(slack, "/api/apps.uninstall", uninstallApp),
  ];
}

function method(slack: SlackContext, path: `/${string}`, run: Method): PlatformRoute<Reply>[] {
  const handle = (request: PlatformRequest) => withToken(slack, request, run);
  return [
    { method: "GET", path, handle },
    { method: "POST", path, handle },
  ];
}

function withToken(slack: SlackContext, request: PlatformRequest, run: Method): Reply {
  const sent = { ...Object.fromEntries(request.query), ...asRecord(readFields(request)) };
  const fields = v.parse(Arguments, sent);
  const [, bearer] = /^bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const token = bearer ?? fields.token;
  if (token === undefined) return fail("not_authed");

  const end = findEnd(slack, hashToken(token));
  if (end) return fail(end);
  const tokens = slack.tokens.findByAccessToken(token);
  if (!tokens) return fail("invalid_auth");

  const reply = run(slack, { tokens, fields });
  return { ...reply, headers: { ...reply.headers, "x-oauth-scopes": tokens.scopes.join(",") } };
}

/** @see [auth.test](https://docs.slack.dev/reference/methods/auth.test) */
function testAuth({ registration, clock }: SlackContext, { tokens }: Call): Reply {
  const { organization, userId, kind } = holderOf(tokens);
  const { enterprise, is_enterprise_install } = toPlace(organization);
  const { accessTokenExpiresAt: expiresAt } = tokens;
  return succeed({
    url: `https://${organization.id.toLowerCase()}.slack.example.invalid/`,
    team: organization.name,
    user: kind === "bot" ? registration.appName.toLowerCase() : userId.toLowerCase(),
    // Of an org-wide install, this is the organization.
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
function revokeAuth(slack: SlackContext, { tokens, fields }: Call): Reply {
  const isTest = ["1", "true"].includes(String(fields.test));
  if (!isTest) revokeToken(slack, tokens);
  return succeed({ revoked: !isTest });
}

/** @see [auth.teams.list](https://docs.slack.dev/reference/methods/auth.teams.list) */
function listTeams(_: SlackContext, { tokens, fields }: Call): Reply {
  const { cursor, limit } = fields;
  const start = Number(Buffer.from(cursor, "base64").toString() || 0);
  if (!Number.isInteger(start) || start < 0) return fail("invalid_cursor");

  const workspaces = workspacesOf(holderOf(tokens).organization);
  const end = start + limit;
  const next_cursor = end < workspaces.length ? Buffer.from(String(end)).toString("base64") : "";
  const teams = workspaces.slice(start, end).map(({ id, name }) => ({ id, name }));
  return succeed({ teams, response_metadata: { next_cursor } });
}

/** @see [apps.uninstall](https://docs.slack.dev/reference/methods/apps.uninstall) */
function uninstallApp(slack: SlackContext, { tokens, fields }: Call): Reply {
  const client = { id: fields.client_id, secret: fields.client_secret };
  const clientError = findClientError(slack.registration, client);
  if (clientError) return fail(clientError);
  if (tokens.clientId !== slack.registration.clientId) return fail("client_id_token_mismatch");

  uninstall(slack, holderOf(tokens).organization);
  return succeed({});
}

function asRecord(fields: unknown): object {
  return typeof fields === "object" && fields !== null ? fields : {};
}
