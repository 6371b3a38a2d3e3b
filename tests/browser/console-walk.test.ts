import { rm } from "node:fs/promises";
import type { Page } from "playwright-core";
import * as v from "valibot";
import { expect, onTestFinished } from "vitest";
import { receiptPathOf } from "../../cli/erase/receipt.ts";
import { nameKeyOf } from "../../core/search-keys.ts";
import { openSession } from "../support/browser-session.ts";
import { test } from "../support/browser-test.ts";
import { startTestConsole } from "../support/console.ts";
import { openLink } from "../support/install-links.ts";
import { consentJira, installJiraSite } from "../support/platform-installs.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";
import { expectAccessible } from "../support/walk.ts";

const CUSTOMER = "cust_77";
const CUSTOMERS = 100_000;
const HOUR_SECONDS = 3_600;

const stack = await startTestStack();
const console = await startTestConsole(stack);
const { sql } = stack.database;

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const follow = (page: Page, name: string) => page.getByRole("link", { name, exact: true }).click();
const Installed = v.looseObject({ installation_id: v.string() });

/** Deletes the receipt, which the console writes into the folder that it was started in. */
async function removeReceipt(): Promise<void> {
  const path = receiptPathOf({ customer: CUSTOMER });
  await Promise.all([path, `${path}.txt`].map((file) => rm(file, { force: true })));
}

/** Adds as many other customers, as copies of an installation. */
async function addOthers(id: string): Promise<void> {
  const stored = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_name = 'installations' and is_generated = 'NEVER'
      and column_name not in ('id', 'organization_id', 'organization_name', 'name_key')
  `;
  const columns = sql.unsafe(stored.map(({ name }) => name).join(", "));
  await sql`
    insert into installations (id, organization_id, organization_name, name_key, ${columns})
    select
      'inst-' || lpad(to_hex(number), 32, '0'),
      'other-' || number,
      'Other ' || number,
      ${nameKeyOf("Other ")} || lpad(to_hex(number), 8, '0'),
      ${columns}
    from installations original, generate_series(1, ${CUSTOMERS}) number
    where original.id = ${id}
  `;
  await sql`analyze installations`;
}

test("an operator finds a customer among 100,000, sees why it fails, has it reconnected, and erases it", {
  timeout: 180_000,
}, async ({ visit }) => {
  await removeReceipt();
  onTestFinished(removeReceipt);
  const install = await installJiraSite(stack, "mia", "acme");
  const { installation_id: id } = v.parse(Installed, await install.json());
  await stack.platforms.control.revoke("jira", "mia");
  await stack.platforms.control.letTimePass(2 * HOUR_SECONDS);
  await addOthers(id);
  await callApi(stack, "PATCH", `/installations/${id}`, { metadata: { customer: CUSTOMER } });
  const failed = await invoke(stack, "token-lookup", { installation_id: id });

  const { page, complaints } = await visit(console.createUrl());
  const see = async (title: string) => {
    await page.locator("h1", { hasText: title }).waitFor();
    await expectAccessible(page, `console walk ${title}`);
  };
  await page.getByLabel("Name or id").fill("acm");
  await press(page, "Search");
  await follow(page, "Acme");
  await see("Acme");
  const before = await page.locator("dd").first().textContent();
  await follow(page, "Activity");
  await see("Activity of Acme");
  const activity = await page.locator("tbody").textContent();
  await follow(page, "Back to Acme");

  await press(page, "Unlock changes");
  await see("Changes are unlocked");
  await page.goto(`${console.url}/installations/${id}`);
  await press(page, "Create reconnect link");
  await see("Reconnect Acme");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await press(page, "Copy the link");
  await page.getByText("Copied.").waitFor();
  const link = v.parse(v.string(), await page.evaluate("navigator.clipboard.readText()"));

  const customer = openSession();
  const start = await openLink(customer, link);
  await customer.get(await consentJira(stack, customer, { account: "mia", start }));

  await follow(page, "Back to Acme");
  const after = await page.locator("dd").first().textContent();
  await press(page, "Disable");
  await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
  const disabled = await page.locator("dd").first().textContent();
  await follow(page, "Erase the customer…");
  await see("Erase a customer");
  await page.getByLabel("Type “erase”").fill("erase");
  await press(page, "Erase the customer");
  await see("The customer was erased");
  const receipt = await page.locator("pre").textContent();

  expect(failed).toMatchObject({ ok: false, error: "reauthorization_required" });
  expect(before).toContain("needs a new install");
  expect(activity).toContain("reauthorization_required");
  expect(after).toContain("healthy");
  expect(disabled).toContain("disabled");
  expect(receipt).toContain(`${id}  jira`);
  expect(receipt).toContain("What remains, and until when:");
  expect(await sql`select id from installations where id = ${id}`).toEqual([]);
  expect(complaints).toEqual([]);
});
