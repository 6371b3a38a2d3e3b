import { describe, expect, test } from "vitest";
import { type ConfigurationInput, defineConfig } from "../../core/configuration/configuration.ts";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import type { Platform } from "../../core/installation.ts";
import { offerPage } from "../../functions/http/pages/install-page.ts";
import { loadGrantWords } from "../../functions/http/pages/load-grant-words.ts";
import { createViews } from "../../functions/http/pages/view.ts";
import { httpEvent } from "../support/http-event.ts";

/** Returns what the page before the consent says that the bot can do, and what it cannot. */
async function read(
  platform: Platform,
  platforms: ConfigurationInput["platforms"],
  language = "en",
) {
  const configuration = defineConfig({ brand: { name: "Patchwork" }, platforms });
  const views = createViews(parseConfiguration(configuration, {}));
  const view = await views(httpEvent({ rawQueryString: `lang=${language}` }));
  const words = await loadGrantWords[view.language]();
  const body = offerPage(view, words, { platform, query: {}, start: {} });
  const [can = "", cannot = ""] = body.split('<ul class="can cannot">');
  const items = (part: string) =>
    [...part.matchAll(/<li><svg.*?<\/svg><div>(.*?)<\/div>/g)].map(([, text]) =>
      `${text}`.replace("<small>", " – ").replace("</small>", ""),
    );
  return { body, can: items(can), cannot: items(cannot) };
}

const APP = { appId: "1001", appSlug: "patchwork" };

describe("the page before the consent", () => {
  test("lists the permissions of a GitHub App in words, with reasons", async () => {
    const { can, cannot } = await read("github", {
      github: {
        ...APP,
        permissions: {
          contents: { access: "write", reason: "To open branches." },
          members: "read",
        },
      },
    });

    expect(can).toEqual([
      "Read and write code and commits – To open branches.",
      "Read who belongs to your organization",
    ]);
    expect(cannot).toEqual([
      "Open private repositories that you do not choose",
      "Change the settings of repositories",
      "Change who belongs to your organization",
      "Act in your name",
    ]);
  });

  test("promises nothing that a permission of the App allows", async () => {
    const { cannot } = await read("github", {
      github: { ...APP, permissions: { administration: "write", members: "write" } },
    });

    expect(cannot).toEqual([
      "Open private repositories that you do not choose",
      "Act in your name",
    ]);
  });

  test("leaves the list to GitHub if the configuration has no permissions", async () => {
    const { body, can, cannot } = await read("github", { github: APP });

    expect(body).toContain("GitHub shows you which permissions Patchwork requests.");
    expect(can).toEqual([]);
    expect(cannot).toEqual([
      "Open private repositories that you do not choose",
      "Act in your name",
    ]);
  });

  test("says that an OAuth App acts in the name of the person", async () => {
    const { can, cannot } = await read("github", { github: { scopes: ["public_repo"] } });

    expect(can.at(-1)).toMatch(/^Act in your name – Install it with a service account/);
    expect(cannot).toEqual([
      "Open your private repositories",
      "Do more than you can do yourself",
      "See your password",
    ]);
  });

  test("says that a Slack bot cannot read conversations only if it cannot", async () => {
    const quiet = await read("slack", { slack: { scopes: ["chat:write"] } });
    const reading = await read("slack", { slack: { scopes: ["chat:write", "im:history"] } });

    expect(quiet.cannot).toContain("Read conversations");
    expect(reading.cannot).not.toContain("Read conversations");
  });

  test("says that a Jira app cannot change settings only if it cannot", async () => {
    const reading = await read("jira", { jira: { scopes: ["read:jira-work"] } });
    const managing = await read("jira", { jira: { scopes: ["manage:jira-project"] } });

    expect(reading.cannot).toContain("Change the settings of the site and its projects");
    expect(managing.cannot).not.toContain("Change the settings of the site and its projects");
  });

  test("shows a reason in the language of the page, or else in the first that has one", async () => {
    const reason = { de: "Zum Antworten.", fr: "Pour répondre." };
    const platforms = { slack: { scopes: [{ scope: "chat:write", reason }] } };

    const texts = await Promise.all(
      ["en", "de", "fr"].map(async (language) => (await read("slack", platforms, language)).can),
    );

    expect(texts.flat()).toEqual([
      "Send messages as itself – Zum Antworten.",
      "Unter eigenem Namen Nachrichten senden – Zum Antworten.",
      "Envoyer des messages sous son propre nom – Pour répondre.",
    ]);
  });
});
