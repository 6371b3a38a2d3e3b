import { createGrantkeep } from "@grantkeep/client";
import { createJiraConfig } from "@grantkeep/client/jira";
import { createCloudClient } from "jira.js";
import { expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { startTestStack } from "../support/stack.ts";
import {
  BOT_CONFIGURATION,
  countRequests,
  expireTokens,
  installInBrowser,
  letHoursPass,
} from "./connected.ts";

const stack = await startTestStack({}, { configuration: BOT_CONFIGURATION });
const grantkeep = createGrantkeep({ functionName: "token-lookup:live" });
/** Text in the Atlassian Document Format. */
const HELLO = {
  version: 1,
  type: "doc",
  content: [{ type: "paragraph", content: [{ type: "text", text: "Hello" }] }],
};

const REFRESHES = /\/oauth\/token$/;

test("jira.js works over hours, and recovers from a revoked token with one refresh", async ({
  visit,
}) => {
  const organizationId = await installInBrowser(stack, visit, "Jira", "Acme EU");
  const jira = createCloudClient(await createJiraConfig(grantkeep, { organizationId }));
  const createIssue = async (summary: string) => {
    const { values } = await jira.projects.searchProjects({});
    const project = { key: values?.[0]?.key ?? "" };
    const fields = { summary, project, issuetype: { name: "Task" } };
    const { key } = await jira.issues.createIssue({ fields });
    await jira.issueComments.addComment({ issueIdOrKey: key ?? "", body: HELLO });
    return (await jira.issues.getIssue({ issueIdOrKey: key ?? "" })).fields?.summary;
  };

  expect(await createIssue("first")).toBe("first");
  await letHoursPass(stack, 1);
  expect(await createIssue("an hour later")).toBe("an hour later");

  const before = countRequests(stack, REFRESHES);
  await expireTokens(stack, "jira", { login: "mia" });
  const summaries = await Promise.all(["a", "b", "c", "d"].map(createIssue));

  expect(summaries).toEqual(["a", "b", "c", "d"]);
  expect(countRequests(stack, REFRESHES) - before).toBe(1);
});
