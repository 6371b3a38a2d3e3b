import { expect, test } from "vitest";
import { locationOf, openSession } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { authorizeGithubUser, installGithubApp } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, startTestStack } from "../support/stack.ts";

const configuration = {
  ...TEST_CONFIGURATION,
  platforms: { github: { requests: "confirm" as const } },
};
const stack = await startTestStack({ ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" }, { configuration });
const { github } = stack.platforms.control;

const JSON_ONLY = { accept: "application/json" };
const METADATA = { customer: "c-1", display_name: "Acme Ltd" };

async function rowOf(account: string) {
  const reply = await callApi(stack, "GET", "/installations?limit=100");
  const { items } = Object(await reply.json());
  return items.find((item: { organization_name: string }) => item.organization_name === account);
}

test("with confirm, a request is finished by an owner on the page that says for whom, and by no member", async () => {
  await github.createOrganization({
    login: "acme",
    people: [{ login: "olga", role: "admin" }, { login: "mia" }],
  });
  const { url } = await createLink(stack, { platform: "github", metadata: METADATA });
  const session = openSession();
  const start = await openLink(session, url);
  const setup = await installGithubApp(stack, session, start, { login: "mia", account: "acme" });
  const callback = await authorizeGithubUser(stack, session, setup, "mia");
  const waiting = new URL(locationOf(await session.get(callback)), callback).href;
  const statusOf = async () => Object(await (await session.get(waiting, JSON_ONLY)).json()).status;

  const before = await statusOf();
  await github.approve({ account: "acme", requester: "mia" });
  await github.releaseDeliveries();
  const approved = await statusOf();
  const unconfirmed = await rowOf("acme");
  const byMember = await confirmAs("mia");
  const afterMember = await statusOf();
  const byOwner = await confirmAs("olga");

  expect([before, approved, afterMember]).toEqual(["waiting", "unconfirmed", "unconfirmed"]);
  expect(unconfirmed).toMatchObject({ inactive_reason: "unclaimed", metadata: {} });
  expect(byMember).toMatchObject({ error: "installation_not_verified" });
  expect(byOwner).toMatchObject({ status: "success", organization: "acme" });
  expect(await statusOf()).toBe("finished");
  const row = await rowOf("acme");
  expect(row).toMatchObject({
    id: unconfirmed.id,
    is_active: true,
    metadata: METADATA,
    requested_by: "mia",
    approved_by: "olga",
  });
  expect(eventsOf(stack, row.id)).toEqual(["installation.created"]);

  /** Opens the page of the request in another browser, and confirms it as a person. */
  async function confirmAs(login: string): Promise<unknown> {
    const browser = openSession();
    const page = await (await browser.get(waiting)).text();
    expect(page).toContain("Acme Ltd");
    expect(page).toContain("mia");
    const [, href = ""] = /href="(authorize\?request=[^"]+)"/.exec(page) ?? [];
    const opened = await authorizeGithubUser(stack, browser, new URL(href, waiting).href, login);
    return (await browser.get(opened, JSON_ONLY)).json();
  }
});
