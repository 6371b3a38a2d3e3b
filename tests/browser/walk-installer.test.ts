import { describe, expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { createLink } from "../support/install-links.ts";
import { GITHUB_APP } from "../support/stack.ts";
import { DEVICES, startWalk, startWalkStack } from "../support/walk.ts";

const stack = await startWalkStack(GITHUB_APP, { ownership: "installer" });
const { github } = stack.platforms.control;
const { sql } = stack.database;
// Without organization permissions, an admin of a repository can install the App.
await github.changeAppPermissions({ permissions: { metadata: "read", contents: "write" } });

const METADATA = { customer: "c-1", display_name: "Acme Robotics GmbH" };
let number = 0;

/** Creates an organization with two members who administer its repositories. */
async function createOrganization(): Promise<string> {
  number += 1;
  const login = `acme-${number}`;
  const people = [
    { login: "octocat", role: "admin" as const },
    { login: "hubot", administers: "all" as const },
    { login: "mona", administers: "all" as const },
  ];
  await github.createOrganization({ login, people });
  return login;
}

describe.each(DEVICES)("where the installer may connect the App, on a $name", (device) => {
  test("the page of an admin of a repository continues by itself when the webhook arrives", async ({
    visit,
  }) => {
    const account = await createOrganization();
    github.holdDeliveries();
    const { url } = await createLink(stack, { platform: "github", metadata: METADATA });
    const person = await startWalk(stack, device, visit, url);
    const { page, words, names, see, follow, press, comeBack } = person;

    await follow(words.continueTo(names("github")));
    await page.getByRole("combobox").selectOption("hubot");
    await press("Switch");
    await follow(account);
    await page.getByRole("checkbox", { name: "main" }).check();
    await press("Install");
    await page.getByRole("combobox").selectOption("hubot");
    await press("Authorize");
    await comeBack();
    await see(words.waitingInstaller.title(names("github")), "27 waiting for GitHub");
    await github.releaseDeliveries();
    await see(words.connected.title("Patchwork", `\u2068${account}\u2069`), "28 connected");

    const [row] = await sql`
      select metadata, is_active from installations where organization_name = ${account}
    `;
    expect(row).toEqual({ metadata: METADATA, is_active: true });
    expect(person.complaints).toEqual([]);
  });

  test("another admin of a repository learns who can connect it", async ({ visit }) => {
    const account = await createOrganization();
    await github.install({ account, by: "hubot" });
    await github.releaseDeliveries();
    const start = `${stack.url}/?platform=github`;
    const { page, words, names, see, follow, press, comeBack } = await startWalk(
      stack,
      device,
      visit,
      start,
    );

    await follow(words.connectInstalled);
    await page.getByRole("combobox").selectOption("mona");
    await press("Authorize");
    await comeBack();

    await see(words.failures.notInstaller.title(names("github")), "29 another person installed it");
  });
});
