import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Engine } from "../../core/postgres/engine.ts";
import { readFunctionCredentials } from "./config.ts";

/** The longest that Amazon RDS accepts. A token is only checked at the connect. */
const EXPIRES_SECONDS = 900;

/** A user of an Aurora cluster that logs in with IAM. */
export interface IamLogin {
  readonly engine: Engine;
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** The user of Aurora DSQL that may change roles and the schema. */
const DSQL_ADMIN = "admin";

/**
 * Signs a token that Aurora takes for a password: a presigned URL without its scheme.
 *
 * `AWS_REGION` is the region of the cluster too. Nothing is stored, so nothing is rotated.
 *
 * @throws {Error} that names a missing variable
 * @see [Aurora DSQL tokens](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html)
 * @see [RDS IAM authentication](https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html)
 */
export async function signIamToken(login: IamLogin): Promise<string> {
  const { region, ...credentials } = readFunctionCredentials();
  const signer = new SignatureV4({
    service: login.engine === "dsql" ? "dsql" : "rds-db",
    region,
    credentials,
    sha256: Sha256,
  });
  const { hostname, query, headers } = toRequest(login);
  const signed = await signer.presign(
    { method: "GET", protocol: "https:", hostname, path: "/", query, headers },
    { expiresIn: EXPIRES_SECONDS },
  );
  return `${headers.host}/?${toQueryText(signed.query ?? {})}`;
}

function toRequest({ engine, host, port, user }: IamLogin) {
  if (engine === "dsql") {
    const Action = user === DSQL_ADMIN ? "DbConnectAdmin" : "DbConnect";
    return { hostname: host, query: { Action }, headers: { host } };
  }
  return {
    hostname: host,
    query: { Action: "connect", DBUser: user },
    headers: { host: `${host}:${port}` },
  };
}

function toQueryText(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${escapeUri(name)}=${escapeUri(String(value))}`,
  );
  return pairs.sort().join("&");
}

/** Percent-encodes like Signature Version 4, which also encodes `!'()*`. */
function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
