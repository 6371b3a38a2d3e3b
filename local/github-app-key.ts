import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

/** A new private key for the emulated GitHub App, in PEM: PKCS#1, as GitHub hands them out. */
export async function generateGithubAppKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
