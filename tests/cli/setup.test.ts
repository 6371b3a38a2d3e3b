import { rm, writeFile } from "node:fs/promises";
import * as v from "valibot";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { defineConfig } from "../../core/configuration/configuration.ts";
import { exampleApps, exampleRegistrations } from "../../emulators/platforms.ts";
import { startEmulators } from "../../emulators/server.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { runCommand } from "../support/commands.ts";
import { clickThroughGithub, createSlackApp } from "../support/setup-clicks.ts";
import { readJson, startSetupStage, WHERE } from "../support/setup-stage.ts";

const PUBLIC_URL = "https://bot.example.com";
const CONFIGURATION = defineConfig({ brand: { name: "Patchwork" } });

const emulators = await startEmulators({
  ...exampleRegistrations(PUBLIC_URL, await generateGithubAppKey()),
  port: 0,
});
afterAll(emulators.close);
const stage = await startSetupStage(PUBLIC_URL, emulators, CONFIGURATION);
const Secrets = v.record(v.string(), v.string());

beforeEach(async () => {
  stage.reset();
  await rm(stage.file, { force: true });
});

async function setUpGithub(...options: string[]) {
  const setup = stage.start(["github", ...options]);
  const clicks = await clickThroughGithub(await setup.url());
  const page = await clicks.browser.get(clicks.returnUrl);
  return { ...clicks, page, outcome: await setup.ended };
}

async function setUpWith(platform: string, credentials: object, ...options: string[]) {
  const setup = stage.start([platform, "--stdin", ...options]);
  setup.send(JSON.stringify(credentials));
  return setup.ended;
}

const JIRA = {
  client_id: exampleApps.jira.clientId,
  client_secret: exampleApps.jira.clientSecret,
};

describe("grantkeep setup github", () => {
  test("stores the secrets, writes the client id, and says what is left", async () => {
    const { outcome } = await setUpGithub();

    const secrets = v.parse(Secrets, await stage.secret("github"));
    expect(Object.keys(secrets).sort()).toEqual(["client_secret", "private_key", "webhook_secret"]);
    const clientId = v.parse(Clients, await readJson(stage.file)).platforms.github?.clientId;
    expect(outcome.code).toBe(0);
    expect(outcome.stderr.startsWith(WHERE)).toBe(true);
    expect(outcome.stdout).toContain(`Registered the GitHub App Patchwork staging of octocat`);
    expect(outcome.stdout).toContain(`client id ${clientId}`);
    expect(outcome.stdout).toContain(`Then install the bot: ${PUBLIC_URL}`);
    for (const secret of Object.values(secrets)) {
      expect(outcome.stdout + outcome.stderr).not.toContain(secret);
    }
  });

  test("a second run names what exists, and changes nothing", async () => {
    await setUpGithub();
    const [file, secret] = [await readJson(stage.file), await stage.secret("github")];

    const { code, stdout } = await stage.start(["github"]).ended;

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^GitHub is registered: client id Iv\w+, and the secret grantkeep\/staging\/github has a value since 2\S+Z\. Nothing was changed\./,
    );
    expect(await readJson(stage.file)).toEqual(file);
    expect(await stage.secret("github")).toEqual(secret);
  });

  test("registers another App with --replace, and keeps the other platforms in the file", async () => {
    await setUpWith("jira", JIRA);
    await setUpGithub();
    const before = await stage.secret("github");

    const { outcome } = await setUpGithub("--replace");

    expect(outcome.code).toBe(0);
    expect(await stage.secret("github")).not.toEqual(before);
    expect(v.parse(Clients, await readJson(stage.file)).platforms.jira).toEqual({
      clientId: JIRA.client_id,
    });
  });

  test("lets an organization own the App, under a given URL", async () => {
    const url = "https://other.example.com";

    const { action, manifest, outcome } = await setUpGithub(
      ...["--organization", "octo-org", "--url", url, "--json"],
    );

    expect(new URL(action).pathname).toBe("/github/organizations/octo-org/settings/apps/new");
    expect(JSON.parse(manifest)).toMatchObject({ callback_urls: [`${url}/oauth/github/callback`] });
    expect(JSON.parse(outcome.stdout)).toEqual({
      platform: "github",
      stage: "staging",
      settings: {
        clientId: expect.any(String),
        appId: expect.any(String),
        appSlug: "patchwork-staging",
      },
      file: "grantkeep.staging.json",
      secret: "grantkeep/staging/github",
    });
    expect(stage.calls).not.toContain("GetFunctionConfiguration");
  });

  test("says what to delete when the secrets cannot be stored, and writes no file", async () => {
    stage.fail("PutSecretValue");

    const { page, outcome } = await setUpGithub();

    expect(page.status).toBe(502);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toMatch(
      /error: The secrets of the GitHub App Patchwork staging .+ were not stored: You may not call PutSecretValue\. \(AccessDeniedException\) Delete the app on http\S+\/settings\/apps\/patchwork-staging\/advanced, and run the command again\.\n$/,
    );
    await expect(readJson(stage.file)).rejects.toThrow("ENOENT");
  });

  test("says that the App is not complete when GitHub does not return its secrets", async () => {
    const setup = stage.start(["github"]);
    const { browser, returnUrl } = await clickThroughGithub(await setup.url());
    const foreign = new URL(returnUrl);
    foreign.searchParams.set("code", "canary-code");

    const page = await browser.get(foreign.href);
    const { code, stdout, stderr } = await setup.ended;

    expect(page.status).toBe(502);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("error: GitHub did not return the secrets of the App (HTTP 404).");
    expect(stderr).not.toContain("canary-code");
    expect(stage.calls).not.toContain("PutSecretValue");
  });

  test.each([[["github"]], [["github", "--replace"]]])(
    "registers nothing for a stage that was not deployed: %j",
    async (args) => {
      const { code, stdout, stderr } = await stage.start(args, "prodution").ended;

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(
        /error: There is no secret grantkeep\/prodution\/github in region eu-central-1: the first deploy of the stage creates it\. .+\n$/,
      );
    },
  );
});

test("a registration of which only a part is stored is an error that says what to do", async () => {
  await stage.put("slack", { client_secret: "canary" });
  await writeFile(stage.file, JSON.stringify({ platforms: { jira: { clientId: "j-1" } } }));

  const slack = await setUpWith("slack", {});
  const jira = await setUpWith("jira", JIRA);

  expect(slack).toMatchObject({ code: 1, stdout: "" });
  expect(slack.stderr).toContain(
    "but the configuration has no client id for Slack. Add the client id of that app to grantkeep.staging.json",
  );
  expect(jira).toMatchObject({ code: 1, stdout: "" });
  expect(jira.stderr).toContain("but the secret grantkeep/staging/jira has no value.");
  expect(stage.calls).not.toContain("PutSecretValue");
});

test("a file of the stage that is malformed is named before anything is registered", async () => {
  await writeFile(stage.file, "{");

  const { code, stderr } = await setUpWith("jira", JIRA);

  expect(code).toBe(1);
  expect(stderr).toContain(`error: The file ${stage.file} is malformed.`);
  expect(stage.calls).toEqual([]);
});

describe("grantkeep setup slack", () => {
  test.each([
    ["client_id", "1.1", "Client ID (invalid_client_id)"],
    ["client_secret", "canary", "Client Secret (bad_client_secret)"],
  ])("stores nothing with a wrong %s", async (field, value, message) => {
    const setup = stage.start(["slack", "--stdin"]);
    const app = await createSlackApp(await setup.url());
    setup.send(JSON.stringify({ ...credentialsOf(app), [field]: value }));
    const { code, stderr } = await setup.ended;

    expect(code).toBe(1);
    expect(stderr).toContain(`error: Slack does not accept the ${message}. Nothing was stored.`);
    expect(stderr).not.toContain("canary");
    expect(stage.calls).not.toContain("PutSecretValue");
  });

  test("stores what is right, and names what is left at Slack", async () => {
    const setup = stage.start(["slack", "--stdin"]);
    const app = await createSlackApp(await setup.url());
    setup.send(JSON.stringify(credentialsOf(app)));
    const { code, stdout } = await setup.ended;

    expect(code).toBe(0);
    expect(await stage.secret("slack")).toEqual({
      client_secret: app["Client Secret"],
      signing_secret: app["Signing Secret"],
    });
    expect(stdout).toContain("Activate Manage Distribution, for workspaces of customers.");
  });
});

describe("grantkeep setup jira", () => {
  test("prints each step with the values to paste", async () => {
    const { code, stderr } = await setUpWith("jira", JIRA);

    expect(code).toBe(0);
    expect(stderr).toContain(`
1. Create an OAuth 2.0 integration:
     https://developer.atlassian.com/console/myapps/
     Patchwork
2. Permissions, Jira API: add these scopes:
     read:jira-work
3. Permissions, User identity API: add this scope:
     read:me
4. Authorization, OAuth 2.0 (3LO): set the callback URL:
     ${PUBLIC_URL}/oauth/jira/callback
5. Settings: copy the Client ID and the Secret.
`);
  });

  test("stores nothing with a wrong secret", async () => {
    const { code, stderr } = await setUpWith("jira", { ...JIRA, client_secret: "canary" });

    expect(code).toBe(1);
    expect(stderr).toContain(
      "error: Atlassian does not accept the Client ID or the Secret (access_denied). Nothing was stored.",
    );
    expect(stderr).not.toContain("canary");
    expect(stage.calls).not.toContain("PutSecretValue");
  });
});

test.each(["slack", "jira"])(
  "setup %s without a terminal says how to give the credentials",
  async (platform) => {
    const { code, stdout, stderr } = await stage.start([platform]).ended;

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `error: setup ${platform} asks for the credentials of the app, and this is no terminal. Run it in a terminal, ` +
        "or pass the credentials to standard input as JSON, with --stdin.\n",
    );
    expect(stage.calls).toEqual([]);
  },
);

test.each([
  ["no stage", ["github"], "setup requires --stage"],
  [
    "an owner of another platform",
    ["jira", "--stage", "a", "--organization", "x"],
    "setup jira takes no --organization",
  ],
  ["a login that is none", ["github", "--stage", "a", "--organization", "a/b"], "--organization"],
  ["a URL without TLS", ["github", "--stage", "a", "--url", "http://bot.example.com"], "--url"],
  ["a port that does not exist", ["github", "--stage", "a", "--port", "70000"], "--port"],
])("%s is wrong usage", async (_, args, message) => {
  const { code, stdout, stderr } = await runCommand(["setup", ...args]);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

const Clients = v.object({
  platforms: v.record(v.string(), v.object({ clientId: v.string() })),
});

function credentialsOf(app: Record<string, string>) {
  return {
    app_id: app["App ID"],
    client_id: app["Client ID"],
    client_secret: app["Client Secret"],
    signing_secret: app["Signing Secret"],
  };
}
