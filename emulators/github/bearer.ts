import type { IncomingHttpHeaders } from "node:http";
import type { PlatformRequest, Reply } from "../http.ts";
import type { IssuedTokens } from "../token-store.ts";
import type { GithubContext } from "./context.ts";
import { restError } from "./errors.ts";
import { findInstallationToken } from "./installation-tokens.ts";
import type { Installation, InstallationToken } from "./records.ts";

/** Whom a bearer token stands for: a user, an installation, or nobody. */
export type Bearer =
  | { readonly kind: "user"; readonly tokens: IssuedTokens }
  | {
      readonly kind: "installation";
      readonly token: InstallationToken;
      readonly installation: Installation;
    }
  | { readonly kind: "nobody"; readonly reply: Reply };

/** The token of an `Authorization` header; GitHub takes `Bearer` (RFC 6750) and its older `token`. */
export function readBearer({ authorization = "" }: IncomingHttpHeaders): string {
  const [, token = ""] = /^(?:bearer|token) (\S+)$/i.exec(authorization) ?? [];
  return token;
}

/** Finds out whom the bearer token of a request stands for. */
export function identify(github: GithubContext, { headers }: PlatformRequest): Bearer {
  if (headers.authorization === undefined) {
    return { kind: "nobody", reply: restError(401, "Requires authentication") };
  }
  const text = readBearer(headers);
  const tokens = github.tokens.findByAccessToken(text);
  if (tokens) return { kind: "user", tokens };

  const token = findInstallationToken(github, text);
  const installation = github.records
    .get()
    .installations.find(({ id }) => id === token?.installationId);
  if (!token || !installation) {
    return { kind: "nobody", reply: restError(401, "Bad credentials") };
  }
  if (installation.suspended) {
    return { kind: "nobody", reply: restError(403, "This installation has been suspended") };
  }
  return { kind: "installation", token, installation };
}
