import { access } from "node:fs/promises";

const RUNTIME_CLIENT = new URL("../../bench/node_modules/aws-lambda-ric", import.meta.url);

/** Fails with instructions when AWS's runtime client is not installed. */
export default async function setup(): Promise<void> {
  await access(RUNTIME_CLIENT).catch(() => {
    throw new Error("AWS's runtime client is not installed. Run: npm run bench:install");
  });
}
