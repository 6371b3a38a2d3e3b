import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import { jiraPage } from "../../core/providers/jira/page.ts";

const WEBHOOKS = { events: ["jira:issue_updated"], jql: "project = DEMO" };

function parse(jira: unknown) {
  return parseConfiguration({ brand: { name: "Patchwork" }, platforms: { jira } }, {});
}

describe("the webhooks of Jira", () => {
  test("are not configured by default, and request no scope", () => {
    const { webhooks, scopes } = parse({}).platforms.jira;

    expect(webhooks).toBeUndefined();
    expect(scopes).not.toContain("manage:jira-webhook");
  });

  test("request the scope that manages them, which lets the app change no setting of the site", () => {
    const configuration = parse({ webhooks: WEBHOOKS });

    const { webhooks, scopes } = configuration.platforms.jira;
    expect(webhooks).toEqual(WEBHOOKS);
    expect(scopes).toEqual(["read:jira-work", "read:me", "offline_access", "manage:jira-webhook"]);
    expect(jiraPage.describeAccess(configuration.platforms).limits).toContain("managePlatform");
  });

  test.each(["manage:jira-webhook", "write:webhook:jira"])(
    "request no second scope beside %s",
    (scope) => {
      const { scopes } = parse({ webhooks: WEBHOOKS, scopes: [scope] }).platforms.jira;

      expect(scopes).toEqual([scope, "offline_access"]);
    },
  );

  test.each([
    "project in (A, B) AND status != Done",
    'project = "a ~ b" and assignee not in (712020:x)',
  ])("have a filter such as %s", (jql) => {
    expect(parse({ webhooks: { ...WEBHOOKS, jql } }).platforms.jira.webhooks?.jql).toBe(jql);
  });

  test.each([
    [{ events: [], jql: "project = A" }, "events must have at least one event."],
    [{ events: "jira:issue_updated", jql: "project = A" }, "events must be a list."],
    [{ ...WEBHOOKS, events: ["issue_updated"] }, "events[0] must be one of"],
    [{ ...WEBHOOKS, events: ["issue_property_set"] }, "events[0] must be one of"],
    [{ events: ["jira:issue_updated"] }, "jql is missing."],
    [{ ...WEBHOOKS, jql: " " }, "jql must not be empty: Jira needs a filter"],
    [{ ...WEBHOOKS, jql: "summary ~ canary" }, "jql must compare fields with =, !=, in and not in"],
    [{ ...WEBHOOKS, jql: "created > -1d" }, "jql must compare fields"],
    [{ ...WEBHOOKS, jql: "project = A order by key" }, "jql must compare fields"],
    [{ ...WEBHOOKS, jql: "assignee is empty" }, "jql must compare fields"],
    [
      { ...WEBHOOKS, jql: `project = ${"A".repeat(1000)}` },
      "jql must have at most 1,000 characters.",
    ],
    [{ ...WEBHOOKS, url: "https://canary.example" }, "url is not a setting."],
  ])("%j are refused: %s", (webhooks, sentence) => {
    expect(() => parse({ webhooks })).toThrow(`platforms.jira.webhooks.${sentence}`);
    expect(() => parse({ webhooks })).not.toThrow("canary");
  });
});
