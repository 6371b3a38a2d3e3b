import type { Page } from "playwright-core";
import { expect } from "vitest";
import { install, slackOf } from "../emulators/emulated-slack.ts";
import { BOTS, post } from "../emulators/emulated-slack-bot.ts";
import { eventsOf, startSubscribed as startGithub } from "../emulators/github-event-fixture.ts";
import {
  EVENT_SCOPES,
  envelopesOf,
  formOf,
  startSubscribed as startSlack,
} from "../emulators/slack-event-fixture.ts";
import { test } from "../support/browser-test.ts";

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test("a person works in a repository of the emulated GitHub, and each click sends an event", async ({
  visit,
}) => {
  const { emulators, received } = await startGithub();
  await emulators.control.github.install({ account: "octo-org" });
  const { page, complaints } = await visit(`${emulators.githubUrl}/octo-org/api?login=mona`);

  await page.getByLabel("Title", { exact: true }).fill("It does not work");
  await press(page, "Open the issue");
  await page.getByLabel("Comment").fill("Me too");
  await press(page, "Comment");
  await press(page, "Close the issue");
  await page.getByRole("link", { name: "octo-org/api" }).click();
  await page.getByLabel("Branch", { exact: true }).fill("feature");
  await press(page, "Push");
  await page.getByLabel("Title of the pull request").fill("Add notes");
  await press(page, "Open the pull request");

  const sent = (await eventsOf({ emulators, received })).map(
    ({ event, payload }) => `${event}.${String(payload.action)}`,
  );
  expect(await page.locator("h1").textContent()).toContain("Add notes");
  expect(sent).toEqual([
    "issues.opened",
    "issue_comment.created",
    "issues.closed",
    "create.undefined",
    "push.undefined",
    "push.undefined",
    "pull_request.opened",
  ]);
  expect(complaints).toEqual([]);
});

test("a person mentions the app on Slack, clicks its button and runs its command", async ({
  visit,
}) => {
  const { emulators, receiver } = await startSlack({ body: "Because." });
  const { access_token } = await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  const button = { type: "button", action_id: "go", text: { type: "plain_text", text: "Go on" } };
  const blocks = JSON.stringify([{ type: "actions", elements: [button] }]);
  await post(emulators, access_token, { text: "Shall I?", blocks });
  const { page, complaints } = await visit(`${emulators.slackUrl}/client/T0ACME/${BOTS}`);

  await press(page, "Go on");
  await page.getByLabel("Message").fill("@grantkeep, go on");
  await press(page, "Send");
  await page.getByLabel("Message").fill("/ask why?");
  await press(page, "Send");

  const types = (await envelopesOf(emulators)).map(({ event }) => event.type);
  expect(types).toEqual(["message", "message", "app_mention"]);
  expect(slackOf(emulators).interactions()).toMatchObject([
    { type: "block_actions", status: 200 },
    { type: "slash_command", status: 200 },
  ]);
  expect(formOf(receiver, receiver.received.length - 1)).toMatchObject({ text: "why?" });
  expect(await page.getByText("only visible to ada").count()).toBe(1);
  expect(complaints).toEqual([]);
});
