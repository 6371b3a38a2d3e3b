import { expect, test, vi } from "vitest";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const ROW = {
  platform: "github",
  organization_id: "42",
  organization_name: "octo-org",
  access_token: "gho_CANARYCANARYCANARY",
  installed_by: "operator@example.com",
};

let stack = await startTestStack();

function lookUp(platform: string, organizationId: string) {
  return invoke(stack, "token-lookup", { platform, organization_id: organizationId });
}

test("an export can be imported under another key ring, without changes", async () => {
  const slack = {
    ...ROW,
    platform: "slack",
    organization_id: "T0ACME",
    organization_name: "Acme & Söhne",
    access_token: "xoxb-CANARYCANARY",
    refresh_token: "xoxe-CANARYCANARY",
    token_expires_at: "2030-01-01T00:00:00.123Z",
    refresh_token_expires_at: "2031-01-01T00:00:00.456Z",
    scopes: ["chat:write"],
    webhook_secret: "webhook-secret-CANARY",
    metadata: { customer: "c-1" },
    installed_by_id: "U0MIA",
  };
  const ended = { ...ROW, organization_id: "44", inactive_reason: "reauthorization_required" };
  await importRows(stack, [ROW, slack, ended]);
  const key = await createExportKey();
  const page = await exportPage(stack, key);
  const before = [await lookUp("github", "42"), await lookUp("slack", "T0ACME")];

  // Handlers read their environment once, so the second stack loads them again.
  vi.resetModules();
  stack = await startTestStack();
  const result = await importRows(stack, page.ndjson);

  expect(result).toMatchObject({ created: 3, errors: [] });
  const after = [await lookUp("github", "42"), await lookUp("slack", "T0ACME")];
  const addresses = { api_base_url: expect.any(String) };
  expect(after).toEqual(
    before.map((lookup) => ({ ...lookup, answer: { ...Object(lookup).answer, ...addresses } })),
  );
  expect(before.every(({ ok }) => ok)).toBe(true);
  expect(
    await invoke(stack, "webhook-secret", { platform: "slack", organization_id: "T0ACME" }),
  ).toMatchObject({ ok: true, answer: { webhook_secret: "webhook-secret-CANARY" } });
  expect(await lookUp("github", "44")).toMatchObject({ error: "reauthorization_required" });
  const there = await exportPage(stack, key);
  expect(there.content).toEqual(page.content);
  expect(await importRows(stack, page.ndjson)).toMatchObject({ created: 0, unchanged: 3 });
});
