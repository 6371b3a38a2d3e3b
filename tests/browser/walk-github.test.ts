import { beforeEach, describe, expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { createLink } from "../support/install-links.ts";
import { callApi, GITHUB_APP } from "../support/stack.ts";
import { DEVICES, startWalk, startWalkStack, type Walk } from "../support/walk.ts";

const stack = await startWalkStack(GITHUB_APP);
const { github } = stack.platforms.control;
const { sql } = stack.database;

const OWNER = "octocat";
const MEMBER = "hubot";
const METADATA = { customer: "c-1", display_name: "Acme Robotics GmbH" };
let number = 0;

beforeEach(async () => {
  await github.releaseDeliveries();
  await sql`delete from installations`;
  await sql`delete from waiting_requests`;
});

/** Creates an organization with an owner and a member. */
async function createOrganization(): Promise<string> {
  number += 1;
  const login = `acme-${number}`;
  const people = [{ login: OWNER, role: "admin" as const }, { login: MEMBER }];
  await github.createOrganization({ login, people });
  return login;
}

const linkUrl = async () =>
  (await createLink(stack, { platform: "github", metadata: METADATA })).url;

async function rowOf(account: string) {
  const reply = await callApi(stack, "GET", "/installations?limit=100");
  const { items } = Object(await reply.json());
  return items.find((item: { organization_name: string }) => item.organization_name === account);
}

/** Chooses an account on GitHub's install page, and installs or requests the App there. */
async function installOnGithub(person: Walk, login: string, account: string): Promise<void> {
  const { page, words, names, follow, press } = person;
  await follow(words.continueTo(names("github")));
  await page.getByRole("combobox").selectOption(login);
  await press("Switch");
  await page.getByRole("link", { name: account, exact: false }).first().click();
  await press(login === OWNER ? "Install" : "Request");
}

async function authorize({ page, press, comeBack }: Walk, login: string): Promise<void> {
  await page.getByRole("combobox").selectOption(login);
  await press("Authorize");
  await comeBack();
}

describe.each(DEVICES)("on a $name", (device) => {
  test("an owner installs with a link, cancels at Authorize, and finishes", async ({ visit }) => {
    const account = await createOrganization();
    const person = await startWalk(stack, device, visit, await linkUrl());
    const { words, names, see, follow, press, comeBack } = person;
    const github = names("github");

    await see(words.add(github), "1 offer of a link");
    await installOnGithub(person, OWNER, account);
    await press("Cancel");
    await comeBack();
    await see(words.failures.notConnected.title(github), "2 installed, not connected");
    await follow(words.finish);
    await authorize(person, OWNER);
    await see(words.connected.title("Patchwork", `\u2068${account}\u2069`), "3 connected");

    expect(await rowOf(account)).toMatchObject({ is_active: true, metadata: METADATA });
    expect(person.complaints).toEqual([]);
  });

  test("a member requests with a link, an owner approves, and the page continues by itself", async ({
    visit,
  }) => {
    const account = await createOrganization();
    const person = await startWalk(stack, device, visit, await linkUrl());
    const { words, see } = person;

    await installOnGithub(person, MEMBER, account);
    await authorize(person, MEMBER);
    await see(words.waitingRequest.title(`\u2068${account}\u2069`), "4 waiting for an owner");
    await github.approve({ account, requester: MEMBER });
    await see(
      words.connected.title("Patchwork", `\u2068${account}\u2069`),
      "5 connected after the approval",
    );

    expect(await rowOf(account)).toMatchObject({
      is_active: true,
      metadata: METADATA,
      requested_by: MEMBER,
      approved_by: OWNER,
    });
    expect(person.complaints).toEqual([]);
  });

  test("a member who requests and cancels at Authorize learns what is true", async ({ visit }) => {
    const account = await createOrganization();
    const person = await startWalk(stack, device, visit, await linkUrl());
    const { words, names, see, press, comeBack } = person;

    await installOnGithub(person, MEMBER, account);
    await press("Cancel");
    await comeBack();

    await see(words.failures.requestCancelled.title(names("github")), "6 request cancelled");
    expect(await sql`select id from waiting_requests`).toHaveLength(0);
  });

  test("an App that is installed already is connected by its owner, who chooses, and by no member", async ({
    visit,
  }) => {
    const [account, other] = [await createOrganization(), await createOrganization()];
    await github.install({ account });
    await github.install({ account: other });
    const person = await startWalk(stack, device, visit, `${stack.url}/?platform=github`);
    const { page, words, names, see, follow, press, comeBack } = person;

    await follow(words.connectInstalled);
    await press("Cancel");
    await comeBack();
    await see(words.failures.connectCancelled.title(names("github")), "7 nothing connected");
    await page.goto(`${stack.url}/?platform=github`);
    await follow(words.connectInstalled);
    await authorize(person, MEMBER);
    await see(words.failures.notOwner.title(names("github")), "8 no owner");
    await follow(words.goToStart);
    await page.getByRole("link", { name: "GitHub", exact: true }).click();
    await follow(words.connectInstalled);
    await authorize(person, OWNER);
    await see(words.chooseAccount.title, "9 choice of an account");
    await page.getByRole("button", { name: account, exact: false }).first().click();
    await see(
      words.connected.title("Patchwork", `\u2068${account}\u2069`),
      "10 connected from the choice",
    );

    expect(await rowOf(account)).toMatchObject({ is_active: true });
    expect(await rowOf(other)).toMatchObject({ inactive_reason: "unclaimed" });
  });
});
