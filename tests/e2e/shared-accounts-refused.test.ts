import { expect, test } from "vitest";
import { installJiraSite } from "../support/platform-installs.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

process.env.JIRA_SHARED_ACCOUNTS = "refuse";
const stack = await startTestStack();

test("B2 with JIRA_SHARED_ACCOUNTS=refuse, a second site of a person is refused, and the first still works", async () => {
  const first = await installJiraSite(stack, "mia", "acme");
  const second = await installJiraSite(stack, "mia", "acme-eu");
  const again = await installJiraSite(stack, "mia", "acme");
  const list = await (await callApi(stack, "GET", "/installations")).json();

  expect([first.status, second.status, again.status]).toEqual([200, 409, 200]);
  expect(await second.json()).toMatchObject({ error: "shared_account" });
  expect(list).toMatchObject({
    items: [{ organization_name: "Acme", has_shared_account: false }],
  });
  const { items } = Object(list);
  const lookup = await invoke(stack, "token-lookup", { installation_id: items[0].id });
  expect(lookup).toMatchObject({ ok: true });
});
