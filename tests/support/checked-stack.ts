import { readFile, writeFile } from "node:fs/promises";
import * as v from "valibot";
import { afterAll } from "vitest";
import { createAppJwt } from "../../core/providers/github/app-jwt.ts";
import { CheckResponse } from "../../functions/invoke/responses.ts";
import type { LambdaHandler } from "../../local/aws/lambda-context.ts";
import { loadHandler } from "../../local/handlers.ts";
import { listen, readBody } from "../../local/http-server.ts";
import { readSecret } from "../cases/known-secrets.ts";
import { runCommand, startCommandStack } from "./commands.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";
import { GITHUB_APP, type TestStack } from "./stack.ts";

const MAX_BODY_BYTES = 100_000;
const CHECK = "functions/check.handler";

const Report = v.object({
  ok: v.boolean(),
  checks: CheckResponse.entries.checks,
});

/** The output of `grantkeep check`. */
export interface CheckRun {
  readonly code: number;
  /** The names of the problems and of the warnings. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly text: string;
}

/** A stack of which one thing can be broken before the check runs. */
export interface CheckedStack {
  readonly stack: TestStack;
  /** The handlers that fail whenever they are invoked. */
  readonly failing: Set<string>;
  /** Runs the command. The function is a cold one, with this environment in addition, and this clock. */
  check(options?: { environment?: NodeJS.ProcessEnv; clockAheadMs?: number }): Promise<CheckRun>;
}

/** Starts local mode with a GitHub App, and the function `check` in a process of its own. */
export async function startCheckedStack(): Promise<CheckedStack> {
  const failing = new Set<string>();
  let cold: Sandbox | undefined;
  const load = async (name: string): Promise<LambdaHandler> => {
    return async (event, context) => {
      if (failing.has(name)) throw new Error("This handler fails.");
      if (name !== CHECK) return (await loadHandler(name))(event, context);
      const result = await cold?.invoke(name, event, context.getRemainingTimeInMillis());
      if (!result) throw new Error("There is no sandbox.");
      if (result.ok) return result.answer;
      throw Object.assign(new Error(result.message), { name: result.code });
    };
  };
  const { stack, environment } = await startCommandStack(load, GITHUB_APP);

  return {
    stack,
    failing,
    async check({ environment: more = {}, clockAheadMs = 0 } = {}) {
      cold = await startSandbox({ handlers: [CHECK], environment: { ...process.env, ...more } });
      await cold.skewClock(clockAheadMs);
      const { code, stdout, stderr } = await runCommand(["check", "--json"], environment);
      cold.signal("SIGKILL");
      const { checks } = v.parse(Report, JSON.parse(stdout));
      const named = (status: string) =>
        checks.filter((one) => one.status === status).map(({ name }) => name);
      return {
        ...{ code, text: stdout + stderr },
        problems: named("problem"),
        warnings: named("warning"),
      };
    },
  };
}

/** Puts a value into a secret while a function runs, then the previous one. */
export async function withSecret<Result>(
  stack: TestStack,
  name: string,
  change: (text: string) => unknown,
  run: () => Promise<Result>,
): Promise<Result> {
  const before = await readSecret(stack, name);
  const value = change(before);
  stack.aws.putSecret(name, typeof value === "string" ? value : JSON.stringify(value));
  try {
    return await run();
  } finally {
    stack.aws.putSecret(name, before);
  }
}

/** Changes the webhook of the App at the emulated GitHub, as its settings page does. */
export async function changeHook(stack: TestStack, change: object): Promise<void> {
  const { private_key } = v.parse(
    v.object({ private_key: v.string() }),
    JSON.parse(await readSecret(stack, "github")),
  );
  const jwt = await createAppJwt(process.env.GITHUB_CLIENT_ID ?? "", private_key, new Date());
  const response = await fetch(`${stack.platforms.githubApiUrl}/app/hook/config`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${jwt}`, "content-type": "application/json" },
    body: JSON.stringify(change),
  });
  if (response.status !== 200) throw new Error(`GitHub returned ${response.status}.`);
}

/** Writes the configuration of a stack with other settings of GitHub, and returns the path. */
export async function configureGithub(settings: object): Promise<string> {
  const file = process.env.CONFIGURATION_FILE ?? "";
  const Configuration = v.looseObject({
    platforms: v.optional(v.looseObject({ github: v.optional(v.looseObject({}), {}) }), {}),
  });
  const { platforms, ...others } = v.parse(Configuration, JSON.parse(await readFile(file, "utf8")));
  const github = { ...platforms.github, ...settings };
  const changed = { ...others, platforms: { ...platforms, github } };
  await writeFile(`${file}.changed`, JSON.stringify(changed));
  return `${file}.changed`;
}

/** Starts a way to the platforms on which each authorization has another callback URL than is registered. */
export async function startUnregisteredFront({ platforms }: TestStack): Promise<string> {
  const callback = encodeURIComponent("/callback");
  const server = await listen(0, async (request, response) => {
    const target = (request.url ?? "").replace(callback, encodeURIComponent("/other"));
    const { method = "GET", headers } = request;
    const body = await readBody(request, MAX_BODY_BYTES);
    const passed = ["accept", "authorization", "content-type"].flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    });
    const reply = await fetch(platforms.url + target, {
      method,
      redirect: "manual",
      headers: Object.fromEntries(passed),
      ...(method !== "GET" && body && { body: new Uint8Array(body) }),
    });
    const location = reply.headers.get("location");
    response.writeHead(reply.status, location === null ? {} : { location });
    response.end(await reply.text());
  });
  afterAll(server.close);
  return server.url;
}
