import { createPrivateKey, type KeyObject } from "node:crypto";
import { ServiceError } from "../../errors.ts";

const BACKDATED_SECONDS = 60;
/** GitHub takes ten minutes at most, judged by its own clock. */
const LIFETIME_SECONDS = 540;

/**
 * The JWT by which a GitHub App speaks for itself, good for nine minutes.
 *
 * @throws {ServiceError} `provider_misconfigured` when the key is not an RSA key in PEM
 * @see [Generating a JSON Web Token](https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app)
 */
export async function createAppJwt(appId: string, privateKey: string, now: Date): Promise<string> {
  // Only when it is needed: most lookups sign nothing.
  const { SignJWT } = await import("jose");
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(appId)
    .setIssuedAt(seconds - BACKDATED_SECONDS)
    .setExpirationTime(seconds + LIFETIME_SECONDS)
    .sign(readKey(privateKey));
}

/** GitHub hands out PKCS#1, which jose does not read; environments turn line breaks into `\n`. */
function readKey(pem: string): KeyObject {
  const key = parseKey(pem.replaceAll("\\n", "\n"));
  if (key?.asymmetricKeyType === "rsa") return key;
  throw new ServiceError("provider_misconfigured", "The private key of the App is malformed.", {
    reason: "private key",
  });
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
