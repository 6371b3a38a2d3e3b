import type { Page } from "playwright-core";
import { expect } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { test } from "../support/browser-test.ts";
import { authorizeGithubUser, installGithubApp } from "../support/platform-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { github } = stack.platforms.control;

const heading = (page: Page) => page.locator("h1").textContent();

test("the page of a member's request continues by itself after the approval", async ({ visit }) => {
  await github.createOrganization({
    login: "acme",
    people: [{ login: "olga", role: "admin" }, { login: "mia" }],
  });
  const session = openSession();
  const setup = await installGithubApp(stack, session, undefined, {
    login: "mia",
    account: "acme",
  });
  const callback = await authorizeGithubUser(stack, session, setup, "mia");
  const reply = await session.get(callback);
  const waiting = new URL(reply.headers.get("location") ?? "", callback).href;
  const { page, complaints } = await visit(waiting);
  const before = await heading(page);

  await github.approve({ account: "acme", requester: "mia" });
  await page.getByText("is connected to").first().waitFor();

  expect(before).toContain("Waiting for an owner");
  expect(await heading(page)).toContain("Patchwork is connected to");
  expect(complaints).toEqual([]);
});
