import type { Page } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeEach, describe, expect } from "vitest";
import { InstallLinkCreated } from "../../functions/http/responses.ts";
import { listen } from "../../local/http-server.ts";
import { test } from "../support/browser-test.ts";
import { HOSTILE } from "../support/page-gallery.ts";
import { callApi, startTestStack } from "../support/stack.ts";

const app = await listen(0, async (_, response) => {
  response.end("the app");
});
afterAll(app.close);
const appUrl = `${app.url}/done`;

const stack = await startTestStack({ ALLOWED_REDIRECT_URIS: appUrl });
const { sql } = stack.database;

beforeEach(async () => {
  await sql`truncate installations, consumed_states`;
});

const startUrl = `${stack.url}/`;

async function installations(): Promise<{ organization_name: string; metadata: unknown }[]> {
  return sql`select organization_name, metadata from installations`;
}

async function createLink(metadata: Record<string, string>): Promise<string> {
  const reply = await callApi(stack, "POST", "/install-links", { platform: "github", metadata });
  return v.parse(InstallLinkCreated, await reply.json()).url;
}

const heading = (page: Page) => page.locator("h1").textContent();

async function install(page: Page): Promise<void> {
  const choice = page.getByRole("link", { name: "GitHub", exact: true });
  if (await choice.isVisible()) await choice.click();
  await page.getByRole("link", { name: "Continue to GitHub" }).click();
  await page.getByRole("button", { name: "Authorize" }).waitFor();
}

async function decide(page: Page, decision: "Authorize" | "Cancel"): Promise<void> {
  await page.getByRole("button", { name: decision }).click();
  await page.waitForURL(({ origin }) => origin !== stack.platforms.url);
}

describe("a person", () => {
  test("installs the bot on GitHub, and sees on which account", async ({ visit }) => {
    const { page } = await visit(startUrl);
    await install(page);
    await decide(page, "Authorize");

    expect(await heading(page)).toContain("Patchwork is connected to");
    expect(await page.locator("dd").allTextContents()).toEqual(["octocat", "GitHub"]);
    expect(await installations()).toEqual([{ organization_name: "octocat", metadata: {} }]);
  });

  test("can do all of it with the keyboard", async ({ visit }) => {
    const { page } = await visit(startUrl);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Continue to GitHub" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Authorize" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/callback\?/);

    expect(await heading(page)).toContain("Patchwork is connected to");
  });

  test("a canceled install shows that it was canceled, and links to its start", async ({
    visit,
  }) => {
    const { page } = await visit(startUrl);
    await install(page);
    await decide(page, "Cancel");
    const told = await heading(page);
    await page.getByRole("link", { name: "Start again" }).click();

    expect(told).toBe("The install was cancelled");
    expect(page.url()).toBe(startUrl);
    expect(await installations()).toEqual([]);
  });

  test("who came from an app goes back to it, with the result", async ({ visit }) => {
    const query = new URLSearchParams({ redirect_uri: appUrl });
    const { page } = await visit(`${stack.url}/oauth/github/authorize?${query}`);
    await decide(page, "Authorize");

    const { origin, pathname, searchParams } = new URL(page.url());
    expect(origin + pathname).toBe(appUrl);
    expect(searchParams.get("status")).toBe("success");
    expect(searchParams.get("organization")).toBe("octocat");
  });

  test("who came from an app and cancels goes back to it, with the reason", async ({ visit }) => {
    const query = new URLSearchParams({ redirect_uri: appUrl });
    const { page } = await visit(`${stack.url}/oauth/github/authorize?${query}`);
    await decide(page, "Cancel");

    const { origin, pathname, searchParams } = new URL(page.url());
    expect(origin + pathname).toBe(appUrl);
    expect(Object.fromEntries(searchParams)).toEqual({
      status: "error",
      error: "access_denied",
      platform: "github",
      request_id: expect.stringMatching(/^[\w-]{8,}/),
    });
  });
});

describe("an install link", () => {
  test("says for whom it is, and installs for them", async ({ visit }) => {
    const metadata = { display_name: "Acme GmbH", customer: "42" };
    const { page } = await visit(await createLink(metadata));
    const invited = await page.locator(".note").textContent();
    await install(page);
    await decide(page, "Authorize");

    expect(invited).toContain("Acme GmbH");
    expect(await heading(page)).toContain("Patchwork is connected to");
    expect(await installations()).toEqual([{ organization_name: "octocat", metadata }]);
  });

  test("that was used says so when it is opened again", async ({ visit }) => {
    const link = await createLink({});
    const first = await visit(link);
    await install(first.page);
    await decide(first.page, "Authorize");

    const second = await visit(link);

    expect(await heading(second.page)).toBe("This link was already used");
  });

  test("that fails starts again with the same link", async ({ visit }) => {
    const metadata = { display_name: "Acme GmbH", customer: "42" };
    const { page } = await visit(await createLink(metadata));
    await install(page);
    await decide(page, "Cancel");
    await page.getByRole("link", { name: "Start again" }).click();
    const invited = await page.locator(".note").textContent();
    await install(page);
    await decide(page, "Authorize");
    const kept = (await page.context().cookies(stack.url)).map(({ name }) => name);

    expect(invited).toContain("Acme GmbH");
    expect(await installations()).toEqual([{ organization_name: "octocat", metadata }]);
    expect(kept).not.toContain("__Host-grantkeep-link");
  });

  test("is not used for an install that starts without it", async ({ visit }) => {
    const { page } = await visit(await createLink({ customer: "42" }));
    await page.goto(startUrl);
    await install(page);
    await decide(page, "Cancel");
    await page.getByRole("link", { name: "Start again" }).click();

    expect(page.url()).toBe(startUrl);
  });

  test("that was ended says so", async ({ visit }) => {
    const created = await callApi(stack, "POST", "/install-links", { platform: "github" });
    const { id, url } = v.parse(InstallLinkCreated, await created.json());
    await callApi(stack, "DELETE", `/install-links/${id}`);

    const { page } = await visit(url);

    expect(await heading(page)).toBe("This link was withdrawn");
  });

  test("that was changed on its way is refused at once", async ({ visit }) => {
    const { page } = await visit(`${await createLink({})}x`);

    expect(await heading(page)).toBe("This link is not complete");
    await page.getByRole("link", { name: "Go to the start page" }).click();
    expect(page.url()).toBe(startUrl);
  });
});

describe("the browser", () => {
  test("keeps the flow's cookie from scripts and other sites, and loses it at the end", async ({
    visit,
  }) => {
    const { page } = await visit(startUrl);
    await install(page);
    const during = await page.context().cookies(stack.url);
    await decide(page, "Authorize");

    expect(during).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^__Host-grantkeep-[0-9a-f]{8}$/),
        secure: true,
        httpOnly: true,
        sameSite: "Lax",
      }),
    ]);
    expect(await page.context().cookies(stack.url)).toEqual([]);
  });

  test("may reload the success page: the install stays, and the page says so", async ({
    visit,
  }) => {
    const { page } = await visit(startUrl);
    await install(page);
    await decide(page, "Authorize");
    await page.reload();

    expect(await heading(page)).toBe("This install is not open in this browser");
    expect(await page.locator("main").textContent()).toContain("you are done");
    expect(await installations()).toHaveLength(1);
  });

  test("may go back from the success page and authorize again: nothing changes", async ({
    visit,
  }) => {
    const { page } = await visit(startUrl);
    await install(page);
    await decide(page, "Authorize");
    const before = await sql`select * from installations`;
    await page.goBack();
    await decide(page, "Authorize");

    expect(await heading(page)).toBe("This install is not open in this browser");
    expect(await sql`select * from installations`).toEqual(before);
  });

  test("asks nobody but us and the platform, and has no complaint", async ({ visit }) => {
    const { page, requests, complaints } = await visit(startUrl);
    await install(page);
    await decide(page, "Authorize");

    const origins = new Set(requests.map((url) => new URL(url).origin));
    expect([...origins].sort()).toEqual([stack.url, stack.platforms.url].sort());
    expect(complaints).toEqual([]);
  });

  test("shows an organization's name as text, whatever it holds", async ({ visit }) => {
    stack.platforms.control.addFault({
      platform: "github",
      path: "/api/user",
      fault: { kind: "status", status: 200, body: { id: 1, login: HOSTILE, email: "a@b.example" } },
    });
    const { page, complaints } = await visit(startUrl);
    await install(page);
    await decide(page, "Authorize");

    expect(await page.locator("dd").first().textContent()).toBe(HOSTILE);
    expect(await page.title()).toContain("Patchwork is connected to");
    expect(await page.locator("script, form, body style").count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
