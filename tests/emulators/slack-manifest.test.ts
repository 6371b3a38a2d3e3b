import { expect, test } from "vitest";
import { createSlackApp, formIn } from "../support/setup-clicks.ts";
import { startSlack } from "./emulated-slack.ts";

const URL_OF_APP = "https://bot.example.com";

const MANIFEST = {
  display_information: { name: "Review Bot", description: "Reviews.", background_color: "#0f5f49" },
  features: {
    bot_user: { display_name: "Review Bot", always_online: true },
    slash_commands: [{ command: "/ask", url: `${URL_OF_APP}/commands`, description: "Ask." }],
  },
  oauth_config: {
    redirect_urls: [`${URL_OF_APP}/oauth/slack/callback`],
    scopes: { bot: ["chat:write", "commands"] },
  },
  settings: {
    event_subscriptions: { request_url: `${URL_OF_APP}/events`, bot_events: ["app_mention"] },
    interactivity: { is_enabled: true, request_url: `${URL_OF_APP}/clicks` },
    token_rotation_enabled: true,
  },
};

function linkTo(slackUrl: string, manifest: unknown, changes: Record<string, string> = {}): string {
  const manifest_json = JSON.stringify(manifest);
  return `${slackUrl}/apps?${new URLSearchParams({ new_app: "1", manifest_json, ...changes })}`;
}

test("a link with a manifest becomes an app, whose page shows its credentials", async () => {
  const { slackUrl } = await startSlack();

  const credentials = await createSlackApp(linkTo(slackUrl, MANIFEST));

  expect(credentials).toEqual({
    "App ID": expect.stringMatching(/^A0[0-9A-F]+$/),
    "Client ID": expect.stringMatching(/^\d+\.\d+$/),
    "Client Secret": expect.stringMatching(/^[0-9a-f]{32}$/),
    "Signing Secret": expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  const query = new URLSearchParams({
    client_id: credentials["Client ID"] ?? "",
    scope: "chat:write",
  });
  const install = await fetch(`${slackUrl}/oauth/v2/authorize?${query}`);
  expect(await install.text()).toContain("Install Review Bot");
});

test("the app before it stops working", async () => {
  const { slackUrl } = await startSlack();

  await createSlackApp(linkTo(slackUrl, MANIFEST));

  const query = new URLSearchParams({ client_id: "1234.5678", scope: "chat:write" });
  const install = await fetch(`${slackUrl}/oauth/v2/authorize?${query}`);
  expect(await install.text()).toContain("invalid_client_id");
});

test.each([
  [
    "a scope that does not exist",
    { oauth_config: { ...MANIFEST.oauth_config, scopes: { bot: ["made:up"] } } },
    "scope that does not exist",
  ],
  ["a name that is too long", { display_information: { name: "x".repeat(36) } }, "is too long"],
  ["a setting that does not exist", { made_up: true }, "made_up"],
])("a manifest with %s creates nothing", async (_, changes, message) => {
  const { slackUrl } = await startSlack();

  const page = await fetch(linkTo(slackUrl, { ...MANIFEST, ...changes }));

  expect(page.status).toBe(400);
  expect(await page.text()).toContain(message);
});

test("a link without new_app, and a form that was sent before, create nothing", async () => {
  const { slackUrl } = await startSlack();
  const link = linkTo(slackUrl, MANIFEST);
  const { action, fields } = formIn(await (await fetch(link)).text(), link);
  const create = () =>
    fetch(action, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });

  expect((await fetch(linkTo(slackUrl, MANIFEST, { new_app: "0" }))).status).toBe(404);
  expect([(await create()).status, (await create()).status]).toEqual([302, 400]);
});
