import { verify } from "node:crypto";
import * as v from "valibot";
import type { RequestContext } from "../http.ts";
import { readBearer } from "./bearer.ts";
import type { GithubAppContext } from "./context.ts";
import { restError } from "./errors.ts";

const MAX_LIFETIME_SECONDS = 600;
const MAX_DRIFT_SECONDS = 60;

const UNREADABLE = "A JSON web token could not be decoded";
const BAD_ISSUED_AT =
  "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
const BAD_EXPIRY =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const TOO_FAR = "'Expiration time' claim ('exp') is too far in the future";
const BAD_ISSUER = "'Issuer' claim ('iss') must be an Integer";

const Base64UrlJson = v.pipe(
  v.string(),
  v.transform((segment) => Buffer.from(segment, "base64url").toString()),
  v.parseJson(),
);

const Header = v.pipe(Base64UrlJson, v.object({ alg: v.literal("RS256") }));

const Claims = v.pipe(
  Base64UrlJson,
  v.object({
    iss: v.optional(v.unknown()),
    iat: v.optional(v.unknown()),
    exp: v.optional(v.unknown()),
  }),
);

const Seconds = v.pipe(v.number(), v.integer());

/**
 * Returns the refusal of a request without a valid JWT of the App. The times of the JWT are compared with
 * the real clock, because advancing the emulators' clock does not move the clock of the signer.
 *
 * @see [Generating a JSON Web Token](https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app)
 */
export function refuseAppJwt(
  { app, registration }: GithubAppContext,
  c: RequestContext,
): Response | undefined {
  const [header = "", payload = "", signature = "", ...rest] = readBearer(c).split(".");
  const claims = v.safeParse(Claims, payload);
  if (rest.length > 0 || !v.is(Header, header) || !claims.success) {
    return restError(401, UNREADABLE);
  }

  const { iss, iat, exp } = claims.output;
  if (iss !== registration.clientId && String(iss) !== String(app.appId)) {
    return refuseIssuer(iss);
  }
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("sha256", signed, app.publicKey, Buffer.from(signature, "base64url"))) {
    return restError(401, UNREADABLE);
  }
  return refuseTimes(iat, exp);
}

/** A wrong App id is a 404 on GitHub, like an installation that was deleted. */
function refuseIssuer(iss: unknown): Response {
  const isNumber = /^\d+$/.test(String(iss));
  return isNumber ? restError(404, "Integration not found") : restError(401, BAD_ISSUER);
}

function refuseTimes(iat: unknown, exp: unknown): Response | undefined {
  const now = Date.now() / 1000;
  if (!v.is(Seconds, exp) || exp <= now) return restError(401, BAD_EXPIRY);
  if (exp > now + MAX_LIFETIME_SECONDS) return restError(401, TOO_FAR);
  if (!v.is(Seconds, iat) || iat > now + MAX_DRIFT_SECONDS) return restError(401, BAD_ISSUED_AT);
  return undefined;
}
