import { createPrivateKey, type KeyObject } from "node:crypto";
import { ServiceError } from "../../errors.ts";

const BACKDATED_SECONDS = 60;
/** GitHub accepts at most ten minutes, by its own clock. */
const LIFETIME_SECONDS = 540;

/**
 * Creates a JWT that authenticates a GitHub App for nine minutes. Its issuer is the client id, or the App id on a
 * GitHub Enterprise Server, which may be too old for the client id.
 *
 * @throws {ServiceError} `provider_misconfigured` if the key is not an RSA key in PEM
 * @see [Generating a JSON Web Token](https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app)
 */
export async function createAppJwt(issuer: string, privateKey: string, now: Date): Promise<string> {
  // Imported late: most token lookups sign nothing.
  const { SignJWT } = await import("jose");
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(issuer)
    .setIssuedAt(seconds - BACKDATED_SECONDS)
    .setExpirationTime(seconds + LIFETIME_SECONDS)
    .sign(readKey(privateKey));
}

/** Returns whether a text is an RSA key in PEM, with which a JWT can be signed. */
export function isPrivateKey(pem: string): boolean {
  return parseKey(pem.replaceAll("\\n", "\n"))?.asymmetricKeyType === "rsa";
}

/** GitHub's keys are in PKCS#1, which jose does not read. Some shells turn line breaks into `\n`. */
function readKey(pem: string): KeyObject {
  const key = parseKey(pem.replaceAll("\\n", "\n"));
  if (key?.asymmetricKeyType === "rsa") return key;
  const message = "The private key of the GitHub App is malformed.";
  throw new ServiceError("provider_misconfigured", message, { reason: "private key" });
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
