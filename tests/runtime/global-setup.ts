import { access } from "node:fs/promises";

const RUNTIME_CLIENT = new URL("../../bench/node_modules/aws-lambda-ric", import.meta.url);

/** Says what to do before the first import fails. */
export default async function setup(): Promise<void> {
  await access(RUNTIME_CLIENT).catch(() => {
    throw new Error("AWS's runtime client is not installed. Run: npm run bench:install");
  });
}
