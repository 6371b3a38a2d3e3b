import type { Grantkeep } from "./grantkeep.ts";
import { type InstallationKey, type LibraryOptions, tokensOf } from "./installation.ts";
import { isRecord } from "./json.ts";
import type { GithubToken } from "./token.ts";

/** The base URL that Octokit has unless another is given. */
const GITHUB_API = "https://api.github.com";

/**
 * The requests that take the App's own JWT: their 401 says nothing about the token.
 *
 * @see [Endpoints available for GitHub App](https://docs.github.com/en/rest/authentication/endpoints-available-for-github-app-installation-access-tokens)
 */
const APP_ROUTE = /^\/app(\/|$)|\/installation$/;

/** The `auth` option of an Octokit whose `authStrategy` is {@link createGrantkeepAuth}. */
export type GrantkeepAuthOptions = InstallationKey &
  LibraryOptions & { readonly grantkeep: Grantkeep };

/** The result of `octokit.auth()`. */
export interface GrantkeepAuthentication {
  readonly type: "token";
  readonly tokenType: "installation" | "oauth";
  readonly token: string;
  readonly expiresAt: string | null;
}

interface Endpoint {
  readonly url: string;
  readonly baseUrl?: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

interface OctokitRequest {
  (endpoint: Endpoint): Promise<unknown>;
  readonly endpoint: { merge(route: unknown, parameters?: unknown): Endpoint };
}

/** An authentication strategy's result, as Octokit uses it. */
export interface GrantkeepAuth {
  (): Promise<GrantkeepAuthentication>;
  hook(request: OctokitRequest, route: unknown, parameters?: unknown): Promise<unknown>;
}

/**
 * Octokit's `authStrategy`: sends each request with a valid token, to the API that the token is for. After a 401 it
 * reports the token and sends the request once more.
 *
 * @example
 * ```ts
 * import { createGrantkeep } from "@grantkeep/client";
 * import { createGrantkeepAuth } from "@grantkeep/client/octokit";
 * import { Octokit } from "octokit";
 *
 * const grantkeep = createGrantkeep({ functionName: "grantkeep-production-token-lookup:live" });
 * const octokit = new Octokit({
 *   authStrategy: createGrantkeepAuth,
 *   auth: { grantkeep, providerInstallationId: event.installation.id, permissions: { issues: "write" } },
 * });
 * ```
 *
 * @see [Authentication strategies](https://github.com/octokit/authentication-strategies.js)
 */
export function createGrantkeepAuth(options: GrantkeepAuthOptions): GrantkeepAuth {
  const { grantkeep, ...rest } = options;
  const { minTtl, repositories, permissions, require, maxAge, retryFor } = options;
  const narrowing = { minTtl, repositories, permissions, require, maxAge, retryFor };
  const lookUp = tokensOf(grantkeep, "github", rest, narrowing);

  async function hook(request: OctokitRequest, route: unknown, parameters?: unknown) {
    const endpoint = request.endpoint.merge(route, parameters);
    const token = await lookUp();
    try {
      return await request(withToken(endpoint, token));
    } catch (error) {
      if (!isUnauthorized(error) || APP_ROUTE.test(endpoint.url)) throw error;
      const next = await lookUp(token.accessToken);
      if (next.accessToken === token.accessToken) throw error;
      return request(withToken(endpoint, next));
    }
  }
  return Object.assign(async () => toAuthentication(await lookUp()), { hook });
}

function withToken(endpoint: Endpoint, token: GithubToken): Endpoint {
  const headers = { ...endpoint.headers, authorization: `Bearer ${token.accessToken}` };
  if (endpoint.baseUrl !== GITHUB_API) return { ...endpoint, headers };
  const baseUrl = token.apiBaseUrl;
  // GitHub Enterprise Server has GraphQL beside `/api/v3`, as @octokit/graphql has it for a base URL of its own.
  const isGraphql = endpoint.url === "/graphql";
  return {
    ...endpoint,
    headers,
    baseUrl: isGraphql ? baseUrl.replace(/\/api\/v3$/, "/api") : baseUrl,
  };
}

function isUnauthorized(error: unknown): boolean {
  return isRecord(error) && error.status === 401;
}

function toAuthentication(token: GithubToken): GrantkeepAuthentication {
  return {
    type: "token",
    tokenType: token.providerInstallationId === null ? "oauth" : "installation",
    token: token.accessToken,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  };
}
