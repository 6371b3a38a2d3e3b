import { expect, test } from "vitest";
import { callApi, startTestStack } from "../support/stack.ts";
import { answerOf, expectRefusal, expectRefused } from "./answers.ts";
import { createConventions } from "./assertions.ts";

const stack = await startTestStack();
// Handlers read the environment when they are first asked; what is empty is absent.
Object.assign(process.env, { GITHUB_CLIENT_ID: "", SLACK_CLIENT_ID: "", JIRA_CLIENT_ID: "" });

const NOT_CONFIGURED = { status: 503, code: "platform_not_configured" };
const { hold, plant } = await createConventions(stack, async () => (await fetch(stack.url)).ok);
plant("name of a secret", "secret:github");

test.each([
  ["AU-090 a flow on GitHub", "/oauth/github/authorize"],
  ["AU-090 a flow on Slack", "/oauth/slack/authorize"],
  ["AU-090 a flow on Jira", "/oauth/jira/authorize"],
  ["AU-090 a callback of GitHub", "/oauth/github/callback?code=x&state=y"],
])(
  "%s without a client id is rejected, without revealing the configuration",
  async (_name, path) => {
    await hold(() => expectRefused(stack.url + path, {}, { ...NOT_CONFIGURED, input: "secret" }));
  },
);

test("AU-090 an install link for a platform without a client id is refused", async () => {
  const answer = await hold(async () =>
    answerOf(await callApi(stack, "POST", "/install-links", { platform: "github" })),
  );

  expectRefusal(answer, { ...NOT_CONFIGURED, input: "secret" });
});

test("control: the install page says that nothing is set up", async () => {
  const answer = await hold(async () => answerOf(await fetch(stack.url)));

  expect(answer.status).toBe(200);
  expect(answer.text).toContain("Patchwork cannot be installed yet");
});
