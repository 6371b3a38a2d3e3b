import type { RequestContext } from "../http.ts";
import type { IssuedTokens } from "../token-store.ts";
import type { GithubContext } from "./context.ts";
import { restError } from "./errors.ts";
import { findInstallationToken } from "./installation-tokens.ts";
import type { EmulatedInstallation, InstallationToken } from "./records.ts";

/** The user or installation of a bearer token, or the response if the token is invalid. */
export type Bearer =
  | { readonly kind: "user"; readonly tokens: IssuedTokens }
  | {
      readonly kind: "installation";
      readonly token: InstallationToken;
      readonly installation: EmulatedInstallation;
    }
  | { readonly kind: "invalid"; readonly response: Response };

/** Returns the token of an `Authorization` header: `Bearer` (RFC 6750), or GitHub's older `token`. */
export function readBearer(c: RequestContext): string {
  const [, token = ""] =
    /^(?:bearer|token) (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  return token;
}

/** Returns the user or installation of the bearer token of a request. */
export function identify(github: GithubContext, c: RequestContext): Bearer {
  if (c.req.header("authorization") === undefined) {
    return { kind: "invalid", response: restError(401, "Requires authentication") };
  }
  const text = readBearer(c);
  const tokens = github.tokens.findByAccessToken(text);
  if (tokens) return { kind: "user", tokens };

  const token = findInstallationToken(github, text);
  const installation = github.records
    .get()
    .installations.find(({ id }) => id === token?.installationId);
  if (!token || !installation) {
    return { kind: "invalid", response: restError(401, "Bad credentials") };
  }
  if (installation.suspended) {
    const response = restError(403, "This installation has been suspended");
    return { kind: "invalid", response };
  }
  return { kind: "installation", token, installation };
}
