import { GrantkeepError } from "./errors.ts";
import type { Grantkeep } from "./grantkeep.ts";
import type { TokenKey, TokenOptions } from "./lookup.ts";

/**
 * The token endpoint that the SDK posts to after a 401. It is a constant response: nothing is sent anywhere, whatever the
 * MCP server names as its authorization server, and the token comes from `tokens()`.
 */
const TOKEN_ENDPOINT = `data:application/json,${encodeURIComponent('{"access_token":"see-tokens","token_type":"Bearer"}')}`;

const ISSUER = "https://grantkeep.invalid";

/** The part of the SDK's `OAuthClientProvider` that this provider implements. */
export interface GrantkeepOAuthProvider {
  readonly redirectUrl: undefined;
  readonly clientMetadata: { redirect_uris: string[]; grant_types: string[] };
  clientInformation(): { client_id: string };
  discoveryState(): {
    authorizationServerUrl: string;
    authorizationServerMetadata: {
      issuer: string;
      authorization_endpoint: string;
      token_endpoint: string;
      response_types_supported: string[];
    };
    resourceMetadata: { resource: string };
  };
  validateResourceURL(): Promise<undefined>;
  tokens(): Promise<{ access_token: string; token_type: string }>;
  prepareTokenRequest(): Promise<URLSearchParams>;
  saveTokens(): void;
  saveCodeVerifier(): void;
  codeVerifier(): never;
  redirectToAuthorization(): never;
}

/**
 * Creates an `OAuthClientProvider` for the MCP TypeScript SDK. It sends the token of an installation to the MCP server
 * of the transport, and refreshes it once after a 401. It makes no discovery and registers no client: name only servers
 * that the token is meant for.
 *
 * @example
 * ```ts
 * import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
 * import { createOAuthProvider } from "@grantkeep/client/mcp";
 *
 * const key = { platform: "github", organizationId: 583231 } as const;
 * const transport = new StreamableHTTPClientTransport(new URL("https://api.githubcopilot.com/mcp/"), {
 *   authProvider: createOAuthProvider(grantkeep, key, { permissions: { issues: "write" } }),
 * });
 * ```
 *
 * @see [Authorization](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization)
 */
export function createOAuthProvider(
  grantkeep: Grantkeep,
  key: TokenKey,
  options: Omit<TokenOptions, "rejected" | "signal"> = {},
): GrantkeepOAuthProvider {
  let sent: string | undefined;

  return {
    redirectUrl: undefined,
    clientMetadata: { redirect_uris: [], grant_types: ["client_credentials"] },
    clientInformation: () => ({ client_id: "grantkeep" }),
    discoveryState: () => ({
      authorizationServerUrl: ISSUER,
      authorizationServerMetadata: {
        issuer: ISSUER,
        authorization_endpoint: ISSUER,
        token_endpoint: TOKEN_ENDPOINT,
        response_types_supported: [],
      },
      resourceMetadata: { resource: ISSUER },
    }),
    validateResourceURL: async () => undefined,

    async tokens() {
      sent = (await grantkeep.token(key, options)).accessToken;
      return { access_token: sent, token_type: "Bearer" };
    },
    async prepareTokenRequest() {
      const next = await grantkeep.token(key, { ...options, rejected: sent });
      if (next.accessToken === sent) {
        throw new GrantkeepError("retry_later", "The MCP server refuses a token that is valid.");
      }
      return new URLSearchParams({ grant_type: "client_credentials" });
    },

    saveTokens() {},
    saveCodeVerifier() {},
    codeVerifier: refuseFlow,
    redirectToAuthorization: refuseFlow,
  };
}

function refuseFlow(): never {
  throw new Error("Grantkeep's provider starts no authorization flow.");
}
