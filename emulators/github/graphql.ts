import { buildSchema, GraphQLError, graphqlSync } from "graphql";
import * as v from "valibot";
import { jsonResponse, type RequestContext, readJson } from "../http.ts";
import { identify } from "./bearer.ts";
import type { GithubContext } from "./context.ts";
import { accountOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { actorOf } from "./repositories/access.ts";
import { toSimpleUser } from "./simple-account.ts";

/** The part of GitHub's schema that tells a client who it is. */
const SCHEMA = buildSchema(`
  scalar URI
  type Query { viewer: User! }
  type User {
    id: ID!
    databaseId: Int
    login: String!
    name: String
    email: String!
    url: URI!
    avatarUrl(size: Int): URI!
    isViewer: Boolean!
  }
`);

const GraphqlBody = v.object({
  query: v.string(),
  variables: v.optional(v.nullable(v.record(v.string(), v.unknown())), null),
  operationName: v.optional(v.nullable(v.string()), null),
});

/**
 * Handles `POST /graphql`. Errors of a query have the status 200.
 *
 * @see [GraphQL API](https://docs.github.com/en/graphql/guides/forming-calls-with-graphql)
 */
export function handleGraphql(github: GithubContext, c: RequestContext): Response {
  const bearer = identify(github, c);
  if (bearer.kind === "invalid") return bearer.response;
  const body = v.safeParse(GraphqlBody, readJson(c));
  if (!body.success) return restError(400, "Problems parsing JSON");

  const { login } = actorOf(github, bearer);
  const isUser = bearer.kind === "user";
  const { query, variables, operationName } = body.output;
  const result = graphqlSync({
    schema: SCHEMA,
    source: query,
    rootValue: { viewer: () => toViewer(github, login, isUser) },
    variableValues: variables,
    operationName,
  });
  return jsonResponse(200, result);
}

function toViewer(github: GithubContext, login: string, isUser: boolean) {
  const { id, node_id, html_url, avatar_url } = toSimpleUser(github, login);
  const account = isUser ? accountOf(github, login) : null;
  return {
    id: node_id,
    databaseId: () => toInt(id),
    login,
    name: account?.name ?? null,
    email: account?.email ?? "",
    url: html_url,
    avatarUrl: avatar_url,
    isViewer: true,
  };
}

/** `Int` has 32 bits. The ids of invented accounts have more, for which GitHub has another field. */
function toInt(id: number): number {
  if (id < 2 ** 31) return id;
  throw new GraphQLError("The databaseId does not fit into an Int. Use the id.");
}
