import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { github } = stack.platforms.control;

async function installAndSuspend(account: string): Promise<string> {
  const reply = await installGithubAppAs(stack, { login: account });
  const { installation_id } = v.parse(InstallSuccess, await reply.json());
  await github.suspend({ account });
  await github.deliveries();
  return installation_id;
}

async function isActive(id: string): Promise<unknown> {
  const reply = await callApi(stack, "GET", `/installations/${id}`);
  return v.parse(v.object({ is_active: v.boolean() }), await reply.json()).is_active;
}

function countRequests(): number {
  const path = /\/app\/installations\/\d+$/;
  return stack.platforms.control.requests().filter((request) => path.test(request.path)).length;
}

test("C8 an installation that is still suspended is checked once a day", async () => {
  const { sql } = stack.database;
  const id = await installAndSuspend("for-weeks");
  await invoke(stack, "sweep", {});
  const checked = countRequests();

  const same = await invoke(stack, "sweep", {});
  const after = countRequests();
  await sql`update installations set sweep_after = sweep_after - interval '1 day' where id = ${id}`;
  await invoke(stack, "sweep", {});

  expect(same).toMatchObject({ ok: true, answer: { unsuspended: 0, failed: 0 } });
  expect(after).toBe(checked);
  expect(countRequests()).toBe(checked + 1);
});

test("C8 a suspension whose end was not delivered ends with the next sweep", async () => {
  const ended = await installAndSuspend("back-again");
  const lasting = await installAndSuspend("still-away");
  github.holdDeliveries();
  await github.unsuspend({ account: "back-again" });
  const before = await isActive(ended);

  const result = await invoke(stack, "sweep", {});

  expect(before).toBe(false);
  expect(result).toMatchObject({ ok: true, answer: { unsuspended: 1, failed: 0 } });
  expect(await isActive(ended)).toBe(true);
  expect(await invoke(stack, "token-lookup", { installation_id: ended })).toMatchObject({
    ok: true,
  });
  expect(await isActive(lasting)).toBe(false);
});
