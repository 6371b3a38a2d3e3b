import { expect, test } from "vitest";
import { plant } from "../support/race-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack({ ...GITHUB_APP, GITHUB_APP_ID: "424242" });
// Only an Enterprise Server knows the App by its id. Handlers read the environment when they are first invoked.
Object.assign(process.env, { GITHUB_API_URL: `${stack.platforms.githubUrl}/api/v3` });

test("a wrong GITHUB_APP_ID marks no installation as uninstalled", async () => {
  const id = await plant(stack, "github");

  const lookup = await invoke(stack, "token-lookup", { installation_id: id });
  const health = await invoke(stack, "health-check", { dry_run: false });

  const error = "provider_misconfigured";
  expect(lookup).toMatchObject({ ok: false, error });
  expect(health).toMatchObject({
    answer: { findings: [{ stored: "active", found: error, changed: false }] },
  });
  const item = await (await callApi(stack, "GET", `/installations/${id}`)).json();
  expect(item).toMatchObject({ is_active: true, last_refresh_error: error });
});
