import { expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { consentSlack } from "../support/platform-installs.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";

const KEY = { platform: "slack", organization_id: "T0ACME" };

const stack = await startSandboxedStack();
const [before] = stack.sandboxes;
// The next deploy requests a scope more.
const environment = { ...process.env, SLACK_SCOPES: "chat:write users:read" };
const after = await stack.startCold({ environment });
if (!before) throw new Error("No process started.");

async function install(sandbox: Sandbox): Promise<number> {
  stack.use([sandbox]);
  const session = openSession();
  const reply = await session.get(await consentSlack(stack, session));
  return reply.status;
}

async function lookUp(sandbox: Sandbox, ...required: string[]): Promise<unknown> {
  const request = { ...KEY, ...(required.length > 0 && { require: { scopes: required } }) };
  const result = await sandbox.invoke("functions/token-lookup.handler", request, 30_000);
  return result.ok ? Object(result.answer).missing_scopes : result.code;
}

async function readItems(sandbox: Sandbox): Promise<unknown> {
  stack.use([sandbox]);
  return (await callApi(stack, "GET", "/installations")).json();
}

test("a scope that was added to the configuration is missing until the customer has installed again", async () => {
  expect(await install(before)).toBe(200);
  const complete = await lookUp(before);
  const lacking = await lookUp(after);
  const items = [await readItems(before), await readItems(after)];
  const required = [await lookUp(after, "chat:write"), await lookUp(after, "users:read")];

  expect(await install(after)).toBe(200);

  expect(items).toMatchObject([
    { items: [{ missing_scopes: [] }] },
    { items: [{ missing_scopes: ["users:read"] }] },
  ]);
  expect(await readItems(after)).toMatchObject({ items: [{ missing_scopes: [] }] });
  expect([complete, lacking]).toEqual([[], ["users:read"]]);
  expect(required).toEqual([["users:read"], "missing_scope"]);
  expect([await lookUp(after), await lookUp(after, "users:read")]).toEqual([[], []]);
});
