import { expect, test } from "vitest";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack({ ...GITHUB_APP, GITHUB_APP_ID: "424242" });

test("a wrong GITHUB_APP_ID marks no installation as uninstalled", async () => {
  const { id } = await stack.platforms.control.github.install({ account: "octocat" });
  const [row] = await stack.database.sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, provider_installation_id,
      client_id, registration, webhook_secret, installed_by
    ) values (
      'inst-0123456789abcdef0123456789abcdef', 'github', '583231', 'octocat', 'github_app', ${String(id)},
      'Iv1.client', 'v1.k1.AAAA', 'v1.k1.AAAA', 'octocat'
    )
    returning id
  `;

  const lookup = await invoke(stack, "token-lookup", { installation_id: row?.id });

  expect(lookup).toMatchObject({ ok: false, error: "provider_misconfigured" });
  const item = await (await callApi(stack, "GET", `/installations/${row?.id}`)).json();
  expect(item).toMatchObject({ is_active: true, last_refresh_error: "provider_misconfigured" });
});
