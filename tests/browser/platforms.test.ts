import type { Page } from "playwright-core";
import { afterAll, beforeEach, expect } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { listen } from "../../local/http-server.ts";
import { test } from "../support/browser-test.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const app = await listen(0, async (_, response) => {
  response.end("the app");
});
afterAll(app.close);
const appUrl = `${app.url}/done`;

const stack = await startTestStack({ ...GITHUB_APP, ALLOWED_REDIRECT_URIS: appUrl });
const { sql } = stack.database;

beforeEach(async () => {
  await sql`truncate installations, consumed_states, pending_installations`;
});

async function installedNames(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select organization_name as name from installations order by 1
  `;
  return rows.map(({ name }) => name);
}

const heading = (page: Page) => page.locator("h1").textContent();
const link = (page: Page, name: string) => page.getByRole("link", { name }).click();
const choose = async (page: Page, platform: string) => {
  await page.getByRole("link", { name: platform, exact: true }).click();
  await link(page, `Continue to ${platform}`);
};
const press = (page: Page, name: string) => page.getByRole("button", { name }).click();

async function authorizeAs(page: Page, login: string): Promise<void> {
  await page.getByRole("combobox").selectOption(login);
  await press(page, "Authorize");
}

async function comeBack(page: Page): Promise<void> {
  await page.waitForURL(({ origin }) => origin !== stack.platforms.url);
}

test("an owner installs the GitHub App on an organization", async ({ visit }) => {
  const { page, complaints } = await visit(stack.url);
  await choose(page, "GitHub");
  await link(page, "octo-org");
  await press(page, "Install");
  await press(page, "Authorize");
  await comeBack(page);

  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(await page.locator("dd").allTextContents()).toEqual(["octo-org", "GitHub"]);
  expect(complaints).toEqual([]);
});

test("a person who cancels after the App was installed sees that it is, and can finish", async ({
  visit,
}) => {
  const { page } = await visit(stack.url);
  await choose(page, "GitHub");
  await link(page, "octocat");
  await press(page, "Install");
  await press(page, "Cancel");
  await comeBack(page);
  const told = await heading(page);
  const remove = await page.getByRole("link", { name: "Remove it on GitHub" }).getAttribute("href");
  await link(page, "Finish the install");
  await press(page, "Authorize");
  await comeBack(page);
  await stack.platforms.control.github.uninstall({ account: "octocat" });

  expect(told).toBe("Patchwork is installed on GitHub, but not connected");
  expect(remove).toMatch(/\/apps\/[\w-]+\/installations\/new$/);
  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(await installedNames()).toEqual(["octocat"]);
});

test("a person chooses a language, and keeps it until the end", async ({ visit }) => {
  const { page } = await visit(`${stack.url}/?platform=slack`, { locale: "fr-CH" });
  const before = await heading(page);
  await link(page, "Deutsch");
  const chosen = await heading(page);
  await link(page, "Weiter zu Slack");
  await press(page, "Allow");
  await comeBack(page);

  expect(before).toBe("Ajouter Patchwork à Slack");
  expect(chosen).toBe("Patchwork zu Slack hinzufügen");
  expect(await heading(page)).toContain("Patchwork ist mit");
});

test("a person who installed the GitHub App on GitHub itself is led through one more step", async ({
  visit,
}) => {
  const { appSlug: slug } = exampleApps.github;
  const { page } = await visit(`${stack.platforms.githubUrl}/apps/${slug}/installations/new`);
  await link(page, "octocat");
  await page.locator("button.go").click();
  await comeBack(page);
  const told = await heading(page);
  await link(page, "Continue with GitHub");
  await press(page, "Authorize");
  await comeBack(page);

  expect(told).toBe("One more step");
  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(await installedNames()).toEqual(["octocat"]);
});

test("a member sees that an owner must approve, and nothing is stored", async ({ visit }) => {
  const { page } = await visit(stack.url);
  await choose(page, "GitHub");
  await page.getByRole("combobox").selectOption("hubot");
  await press(page, "Switch");
  await link(page, "octo-org");
  await press(page, "Request");
  await authorizeAs(page, "hubot");
  await comeBack(page);

  expect(await heading(page)).toContain("Waiting for an owner");
  expect(await installedNames()).toEqual([]);
});

test("an owner who installs again changes the settings on GitHub, and comes back", async ({
  visit,
}) => {
  await stack.platforms.control.github.install({ account: "github-friends" });
  const { page, complaints } = await visit(stack.url);
  await choose(page, "GitHub");
  await page.getByRole("combobox").selectOption("hubot");
  await press(page, "Switch");
  await link(page, "github-friends");
  const settings = page.url();
  await press(page, "Save");
  const unchanged = await heading(page);
  await page.goto(settings);
  await page.getByLabel("Only select repositories").check();
  await page.getByLabel("stickers").check();
  await press(page, "Save");
  await authorizeAs(page, "hubot");
  await comeBack(page);

  expect(unchanged).toBe("Nothing was changed");
  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(await installedNames()).toEqual(["github-friends"]);
  expect(complaints).toEqual([]);
});

test("an owner who approves a request on GitHub is led through one more step", async ({
  visit,
}) => {
  const { githubUrl, control } = stack.platforms;
  await control.github.uninstall({ account: "github-friends" });
  const member = await visit(stack.url);
  await choose(member.page, "GitHub");
  await member.page.getByRole("combobox").selectOption("mona");
  await press(member.page, "Switch");
  await link(member.page, "github-friends");
  await press(member.page, "Request");
  await authorizeAs(member.page, "mona");
  await comeBack(member.page);
  const waiting = await heading(member.page);

  const settings = `${githubUrl}/organizations/github-friends/settings/installations?login=hubot`;
  const { page, complaints } = await visit(settings);
  await link(page, "mona");
  await press(page, "Approve and install");
  await comeBack(page);

  expect(waiting).toContain("Waiting for an owner");
  expect(await heading(page)).toBe("One more step");
  expect(complaints).toEqual([]);
});

test("a person installs the bot in a Slack workspace", async ({ visit }) => {
  const { page, complaints } = await visit(stack.url);
  await choose(page, "Slack");
  await press(page, "Allow");
  await comeBack(page);

  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(await page.locator("dd").allTextContents()).toEqual(["Acme", "Slack"]);
  expect(complaints).toEqual([]);
});

test("a person with several Jira sites picks one", async ({ visit }) => {
  const { page, complaints } = await visit(stack.url);
  await choose(page, "Jira");
  await press(page, "Accept");
  await comeBack(page);
  const told = await heading(page);
  await press(page, "Acme EU");
  await page.waitForURL(/\/organization$/);

  expect(told).toBe("Choose a site");
  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(await installedNames()).toEqual(["Acme EU"]);
  expect(complaints).toEqual([]);
});

test("a person who picked a Jira site goes back to the app", async ({ visit }) => {
  const query = new URLSearchParams({ redirect_uri: appUrl });
  const { page, complaints } = await visit(`${stack.url}/oauth/jira/authorize?${query}`);
  await press(page, "Accept");
  await comeBack(page);
  await press(page, "Globex");
  await page.waitForURL(({ origin }) => origin === app.url);

  expect(new URL(page.url()).searchParams.get("organization")).toBe("Globex");
  expect(await installedNames()).toEqual(["Globex"]);
  expect(complaints).toEqual([]);
});
