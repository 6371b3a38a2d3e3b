import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

/** Generates a private key for the emulated GitHub App: PKCS#1 in PEM, the format that GitHub uses. */
export async function generateGithubAppKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
