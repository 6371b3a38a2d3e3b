import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { expect, test } from "vitest";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { installAs } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const TYPESCRIPT = /^```ts\n(?<code>[\s\S]*?)^```$/m;

const stack = await startTestStack();
const readme = await readFile(path.join(ROOT, "README.md"), "utf8");
const { code = "" } = TYPESCRIPT.exec(readme)?.groups ?? {};

/** Runs the code of the README in a process of its own, as a Lambda of a bot would. */
async function getToken(organizationId: string): Promise<string> {
  const call = `process.stdout.write(JSON.stringify(await getToken("github", "${organizationId}")));`;
  const program = ["--input-type=module-typescript", "--eval", `${code}\n${call}`];
  const env = {
    PATH: process.env.PATH,
    TOKEN_LOOKUP: "token-lookup:live",
    AWS_ENDPOINT_URL: stack.aws.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
  };
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: ROOT, env });
  return stdout;
}

test("the TypeScript call of the README returns a token that works", async () => {
  await installAs(stack);

  const token = v.parse(
    v.pipe(v.string(), v.parseJson(), TokenLookupResponse),
    await getToken("583231"),
  );

  const user = await fetch(`${token.api_base_url}/user`, {
    headers: { authorization: `Bearer ${token.access_token}` },
  });
  expect(user.status).toBe(200);
});

test("the TypeScript call of the README throws an error that names the code", async () => {
  await expect(getToken("1")).rejects.toThrow("Error: installation_not_found: ");
});
