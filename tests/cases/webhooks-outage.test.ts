import { afterAll, expect, test } from "vitest";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { createWebhookSender, githubEvent, slackEvent } from "./webhooks.ts";

const stack = await startTestStack(GITHUB_APP);
const address = new URL(stack.database.url);
const proxy = await startTcpProxy({ port: Number(address.port) });
afterAll(proxy.close);
address.port = String(proxy.port);
// Handlers read the environment when they are first asked.
Object.assign(process.env, { DATABASE_URL: address.href });

const send = createWebhookSender(stack);
const DELETED = githubEvent("deleted", 42);
const UNINSTALLED = slackEvent("app_uninstalled", "T0ACME");

const { hold } = await createConventions(stack, async () => {
  proxy.behave({ does: "pass" });
  return (await send.github(DELETED)).status === 202;
});

test.each([
  ["WH-076 a database that cuts every connection", { does: "reset" }],
  ["WH-076 a database that does not say a word", { does: "silence" }],
] as const)("%s: nothing is acknowledged, within five seconds", async (_name, behaviour) => {
  for (const deliver of [() => send.github(DELETED), () => send.slack(UNINSTALLED)]) {
    const answer = await hold(
      () => {
        proxy.behave(behaviour);
        proxy.reset();
        return deliver();
      },
      { withinMs: 5_000 },
    );

    expectRefusal(answer, { status: 503, code: "retry_later" });
    expect(answer.headers.get("retry-after")).toBe("5");
  }
});

test("WH-076 what is not signed does not get as far as the database", async () => {
  const forged = { "x-hub-signature-256": `sha256=${"0".repeat(64)}` };

  const answer = await hold(() => {
    proxy.behave({ does: "reset" });
    proxy.reset();
    return send.github(DELETED, forged);
  });

  expectRefusal(answer, { status: 401, code: "invalid_signature" });
});
