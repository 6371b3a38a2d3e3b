import { describe, expect, test, vi } from "vitest";
import { installOn } from "../cases/installed.ts";
import { openSession } from "../support/browser-session.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { callApi } from "../support/stack.ts";

const { stack, environment } = await startCommandStack();
const why = (...args: string[]) => runCommand(["why", ...args], environment);

describe("why does this install link not work", () => {
  test("it is used up: when, by whom, and the next one", async () => {
    const link = await createLink(stack, { platform: "slack" });
    const session = openSession();
    const button = await openLink(session, link.url);
    const callback = await consentSlack(stack, session, "T0LINKED", button);
    await session.get(callback, { accept: "application/json" });
    const refused = await openSession().get(link.url);
    const page = await refused.text();
    const [, requestId = ""] = /([0-9a-f-]{36})/.exec(page) ?? [];

    const byRequest = await why(requestId);
    const byLink = await why(link.id);

    const byUrl = await why(link.url);

    const byAddress = await why(link.url.replace("http://", ""));

    expect(byUrl).toEqual(byLink);
    expect(byAddress).toEqual(byLink);
    expect(byLink.stdout).toContain(
      "\nDo    Nothing, if the right organization was connected. " +
        "Otherwise create a new link: npx grantkeep link create --platform slack\n",
    );
    for (const { stdout } of [byRequest, byLink]) {
      expect(stdout).toMatch(/^[\d:]+ {2}GET \/ returned 4\d\d: invalid_state \(link_used\)\n/);
      expect(stdout).toMatch(
        / install-links-create +The link was created\n.* The page of the link was opened\n(?:.*\n)* .* callback +The bot was installed\n/,
      );
      expect(stdout).toContain(
        "\nWhy   The install link was used already: a link can be used once.",
      );
      expect(stdout).toMatch(/\nNow {3}The link was used at [\d:]+, by inst-[0-9a-f]{32}\.\n/);
    }
  });

  test("it works: that is said", async () => {
    const link = await createLink(stack, { platform: "jira" });

    const { stdout } = await why(link.id, "--json");
    const again = await why(new URL(link.url).searchParams.get("link") ?? "");

    expect(JSON.parse(stdout)).toMatchObject({
      cases: [
        {
          why: "Nothing failed: the install link can be used.",
          link: link.id,
          lines: [{ text: "The link was created" }],
        },
      ],
      link: { id: link.id, status: "open" },
    });
    expect(again.stdout).toMatch(
      /\nDo {4}The customer opens the link .+\nNow {3}The link is open, /,
    );
  });

  test("it was ended by an operator", async () => {
    const link = await createLink(stack, { platform: "jira" });
    await callApi(stack, "DELETE", `/install-links/${link.id}`);
    await openSession().get(link.url);

    const { stdout } = await why(link.url);

    expect(stdout).toMatch(/ install-links-end +An operator ended the link\n/);
    expect(stdout).toContain("\nWhy   An operator ended the install link.");
    expect(stdout).toMatch(/\nNow {3}An operator ended the link at [\d:]+\.\n/);
  });

  test("a reconnect link has expired, though nobody opened it: when, and the next one", async () => {
    const id = await installOn(stack, "slack", "expired");
    vi.setSystemTime(Date.now() - 2 * 3_600_000);
    const link = await createLink(stack, {
      platform: "slack",
      installation_id: id,
      expires_in: 3600,
    });
    vi.useRealTimers();

    const { stdout } = await why(link.url);
    const unlogged = await why(link.url, "--at", "2026-01-02 03:04");

    expect(stdout).toMatch(/^[\d:]+ {2}The link was created\n/);
    for (const text of [stdout, unlogged.stdout]) {
      expect(text).toContain("Why   The install link has expired.\n");
      expect(text).toContain(
        `\nDo    Create a new link: npx grantkeep link create --installation ${id}\n`,
      );
      expect(text).toMatch(/\nNow {3}The link expired at [\d :-]+\.\n/);
    }
  });

  test("its URL is incomplete, of something else, or of a link that was deleted", async () => {
    const link = await createLink(stack, { platform: "slack" });
    await stack.database.sql`delete from install_links where id = ${link.id}`;

    const cut = await why(link.url.slice(0, -1));
    const other = await why(`${stack.url}/?platform=slack`);
    const deleted = await why(link.url);

    expect([cut, other, deleted].map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array(3).fill({ code: 1, stdout: "" }),
    );
    expect(cut.stderr).toMatch(/^error: The URL is incomplete or was changed, or another stage /);
    expect(other.stderr).toMatch(/^error: This is not the URL of an install link/);
    const sealed = new URL(link.url).searchParams.get("link") ?? "";
    expect(cut.stderr + deleted.stderr).not.toContain(sealed.slice(0, -1));
    expect(deleted.stderr).toMatch(
      new RegExp(`^error: The install link ${link.id} expired at .+, and was deleted`),
    );
  });
});
