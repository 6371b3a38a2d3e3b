import * as v from "valibot";
import { afterAll, expect, test } from "vitest";
import { defineConfig } from "../../core/configuration/configuration.ts";
import { readStageFile } from "../../core/configuration/stage-file.ts";
import { exampleApps, exampleRegistrations } from "../../emulators/platforms.ts";
import { startEmulators } from "../../emulators/server.ts";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { openSession } from "../support/browser-session.ts";
import { findFreePorts } from "../support/free-ports.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { clickThroughGithub, createSlackApp } from "../support/setup-clicks.ts";
import { startSetupStage } from "../support/setup-stage.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const CONFIGURATION = defineConfig({
  brand: { name: "Patchwork", purpose: "Reviews pull requests." },
  platforms: {
    github: {
      permissions: { contents: "write", issues: { access: "write", reason: "To file them." } },
      events: ["issues"],
    },
    slack: {
      scopes: ["chat:write", "app_mentions:read", "commands"],
      events: ["app_mention"],
      commands: [{ command: "/ask", description: "Ask a question." }],
    },
  },
});

const port = await findFreePorts();
const publicUrl = `http://127.0.0.1:${port}`;
/** Apps with other URLs: an install succeeds only with those of the new apps. */
const elsewhere = exampleRegistrations("http://127.0.0.1:9", await generateGithubAppKey());
const emulators = await startEmulators({
  ...elsewhere,
  jira: { ...elsewhere.jira, callbackUrl: `${publicUrl}/oauth/jira/callback` },
  port: 0,
});
afterAll(emulators.close);
const stage = await startSetupStage(publicUrl, emulators, CONFIGURATION);

const github = stage.start(["github"]);
const clicks = await clickThroughGithub(await github.url());
const done = await clicks.browser.get(clicks.returnUrl);
const githubOutcome = await github.ended;

const slack = stage.start(["slack", "--stdin"]);
const slackApp = await createSlackApp(await slack.url());
slack.send(
  JSON.stringify({
    app_id: slackApp["App ID"],
    client_id: slackApp["Client ID"],
    client_secret: slackApp["Client Secret"],
    signing_secret: slackApp["Signing Secret"],
  }),
);
const slackOutcome = await slack.ended;

const jira = stage.start(["jira", "--stdin"]);
const { clientId, clientSecret } = exampleApps.jira;
jira.send(JSON.stringify({ client_id: clientId, client_secret: clientSecret }));
const jiraOutcome = await jira.ended;

/** The stage is deployed again: with the file that setup wrote, and the secrets that it stored. */
const { platforms } = readStageFile(stage.file);
const Settings = v.record(v.string(), v.string());
const registered = v.parse(v.record(v.string(), Settings), platforms);
const stack = await startTestStack(
  {
    GITHUB_CLIENT_ID: registered.github?.clientId,
    GITHUB_APP_ID: registered.github?.appId,
    SLACK_CLIENT_ID: registered.slack?.clientId,
    GITHUB_SECRET: JSON.stringify(await stage.secret("github")),
    SLACK_SECRET: JSON.stringify(await stage.secret("slack")),
    JIRA_SECRET: JSON.stringify(await stage.secret("jira")),
    JIRA_URL: undefined,
    JIRA_AUTH_URL: emulators.jiraAuthUrl,
    JIRA_API_URL: emulators.jiraApiUrl,
  },
  { port, configuration: stage.configuration() },
);
const urls = { url: stack.url, platforms: emulators };

async function lookUp(reply: Response) {
  const { installation_id } = v.parse(InstallSuccess, await reply.json());
  const lookup = await invoke(stack, "token-lookup", { installation_id });
  return v.parse(TokenLookupResponse, lookup.ok ? lookup.answer : lookup);
}

test("setup github registers the App with the URLs, permissions and events of the configuration", () => {
  expect(JSON.parse(clicks.manifest)).toEqual({
    name: "Patchwork staging",
    url: publicUrl,
    description: "Reviews pull requests.",
    redirect_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    callback_urls: [`${publicUrl}/oauth/github/callback`],
    request_oauth_on_install: false,
    setup_url: `${publicUrl}/oauth/github/setup`,
    setup_on_update: true,
    hook_attributes: { url: `${publicUrl}/webhooks/github`, active: true },
    public: true,
    default_permissions: { metadata: "read", members: "read", contents: "write", issues: "write" },
    default_events: ["issues", "installation_target"],
  });
  expect(done.status).toBe(200);
  expect(githubOutcome).toMatchObject({ code: 0 });
  expect(registered.github).toEqual({
    clientId: expect.stringMatching(/^Iv/),
    appId: expect.stringMatching(/^\d+$/),
    appSlug: "patchwork-staging",
  });
});

test("a first install of the App that setup registered works with nothing else typed", async () => {
  const { access_token, installation_id } = await lookUp(await installGithubAppAs(urls));

  const response = await fetch(`${emulators.githubApiUrl}/installation/repositories`, {
    headers: { authorization: `Bearer ${access_token}`, "user-agent": "bot" },
  });
  expect(response.status).toBe(200);

  const deliveries = await emulators.control.github.deliveries();
  expect(deliveries.map(({ event, status }) => [event, status])).toContainEqual([
    "installation",
    202,
  ]);
  expect(installation_id).toMatch(/^inst-/);
});

test("setup slack fills Slack's form with the URLs, scopes, events and commands of the configuration", async () => {
  const link = new URL(await slack.url());
  const interactions = `${publicUrl}/webhooks/slack/interactions`;

  expect(link.origin + link.pathname).toBe(`${emulators.slackUrl}/apps`);
  expect(link.searchParams.get("new_app")).toBe("1");
  expect(JSON.parse(link.searchParams.get("manifest_json") ?? "")).toEqual({
    display_information: {
      name: "Patchwork staging",
      description: "Reviews pull requests.",
      background_color: "#0f5f49",
    },
    features: {
      bot_user: { display_name: "Patchwork staging", always_online: true },
      slash_commands: [
        {
          command: "/ask",
          url: interactions,
          description: "Ask a question.",
          should_escape: false,
        },
      ],
    },
    oauth_config: {
      redirect_urls: [`${publicUrl}/oauth/slack/callback`],
      scopes: { bot: ["chat:write", "app_mentions:read", "commands"] },
    },
    settings: {
      event_subscriptions: {
        request_url: `${publicUrl}/webhooks/slack`,
        bot_events: ["app_uninstalled", "tokens_revoked", "app_mention"],
      },
      interactivity: { is_enabled: true, request_url: interactions },
      socket_mode_enabled: false,
      token_rotation_enabled: true,
    },
  });
});

test("a first install of the Slack app that setup registered works with nothing else typed", async () => {
  const session = openSession();
  const callback = await consentSlack(urls, session);
  const reply = await session.get(callback, { accept: "application/json" });
  const { access_token, ...bot } = await lookUp(reply);

  expect(slackOutcome).toMatchObject({ code: 0 });
  expect(registered.slack).toEqual({ clientId: slackApp["Client ID"], appId: slackApp["App ID"] });
  const response = await fetch(`${emulators.slackUrl}/api/auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${access_token}` },
  });
  expect(await response.json()).toMatchObject({ ok: true });
  expect(bot).toMatchObject({ expires_at: expect.any(String) });
});

test("the events and commands of the Slack app that setup registered reach the bot", async () => {
  const people = emulators.control.slack;
  if (!people) throw new Error("Slack is not emulated.");
  const place = { organization: "T0ACME", channel: "bots" };

  const verified = await people.verifyUrl("a-challenge");
  const command = await people.command({ ...place, command: "/ask", text: "Why?" });
  await people.post({ ...place, text: "<@U0BOT0ACME> Hello" });
  await people.settled();
  await stack.aws.eventsSettled();

  expect(verified).toMatchObject({ status: 200 });
  expect(command).toMatchObject({ status: 200 });
  const types = stack.aws.events.map((event) => event.detailType);
  expect(types).toEqual(expect.arrayContaining(["slack.app_mention", "slack.slash_command"]));
});

test("a first install of the app of Jira that setup checked works", async () => {
  const session = openSession();
  const callback = await consentJira(urls, session);
  const reply = await session.get(callback, { accept: "application/json" });

  expect(jiraOutcome).toMatchObject({ code: 0 });
  expect(await lookUp(reply)).toMatchObject({ site_url: "https://acme.atlassian.net" });
});

test("no secret is in a file, in an output or in a URL", async () => {
  const values = await Promise.all(["github", "slack", "jira"].map((name) => stage.secret(name)));
  const secrets = values.flatMap((value) => Object.values(v.parse(Settings, value)));
  const outcomes = [githubOutcome, slackOutcome, jiraOutcome];
  const seen = JSON.stringify([
    outcomes,
    platforms,
    clicks.returnUrl,
    clicks.action,
    await slack.url(),
  ]);

  expect(secrets).toHaveLength(6);
  for (const secret of secrets) expect(seen).not.toContain(JSON.stringify(secret).slice(1, -1));
});
