import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installJiraSite } from "../support/platform-installs.ts";
import { callApi, startTestStack } from "../support/stack.ts";

const stack = await startTestStack({ EVENT_BUS_NAME: "bus-1" });

async function install(account: string, site: string): Promise<string> {
  const reply = await installJiraSite(stack, account, site);
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

async function read(path: string): Promise<unknown> {
  return (await callApi(stack, "GET", `/installations${path}`)).json();
}

test("B2 a person behind two Jira sites is flagged on both items, in the list and in the event", async () => {
  const first = await install("mia", "acme");
  const alone = await read(`/${first}`);
  const second = await install("mia", "acme-eu");

  expect(alone).toMatchObject({ has_shared_account: false });
  expect(await read(`/${first}`)).toMatchObject({ has_shared_account: true });
  expect(await read("?platform=jira")).toMatchObject({
    items: [
      { id: second, has_shared_account: true },
      { id: first, has_shared_account: true },
    ],
  });
  expect(stack.aws.events.map(({ detail }) => detail)).toMatchObject([
    { installation_id: first, has_shared_account: false },
    { installation_id: second, has_shared_account: true },
  ]);
});
