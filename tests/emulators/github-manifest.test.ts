import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { formIn } from "../support/setup-clicks.ts";
import { startApp } from "./emulated-github-app.ts";

const URL_OF_APP = "https://bot.example.com";
const RETURN = "http://127.0.0.1:4999/callback";

const MANIFEST = {
  name: "Review Bot",
  url: URL_OF_APP,
  hook_attributes: { url: `${URL_OF_APP}/webhooks/github`, active: true },
  redirect_url: RETURN,
  callback_urls: [`${URL_OF_APP}/oauth/github/callback`],
  setup_url: `${URL_OF_APP}/oauth/github/setup`,
  setup_on_update: true,
  public: true,
  default_permissions: { metadata: "read", issues: "write" },
  default_events: ["issues", "installation_target"],
};

const Converted = v.object({
  client_id: v.string(),
  client_secret: v.string(),
  webhook_secret: v.string(),
  pem: v.string(),
});

function postManifest(
  { githubUrl }: Emulators,
  manifest: unknown,
  path = "/settings/apps/new?state=s1",
): Promise<Response> {
  const body = new URLSearchParams({ manifest: JSON.stringify(manifest) });
  return fetch(githubUrl + path, { method: "POST", body });
}

/** Registers the App of a manifest: the URL that the browser returns to. */
async function register(emulators: Emulators, path?: string): Promise<URL> {
  const page = await postManifest(emulators, MANIFEST, path);
  const { action, fields } = formIn(await page.text(), page.url);
  const body = new URLSearchParams(fields);
  const reply = await fetch(action, { method: "POST", body, redirect: "manual" });
  return new URL(reply.headers.get("location") ?? "");
}

function convert({ githubApiUrl }: Emulators, code: string): Promise<Response> {
  const url = `${githubApiUrl}/app-manifests/${code}/conversions`;
  return fetch(url, { method: "POST", headers: { "user-agent": "test" } });
}

test("a manifest becomes an App, whose secrets a code shows once", async () => {
  const emulators = await startApp();

  const { origin, pathname, searchParams } = await register(emulators);
  const converted = await convert(emulators, searchParams.get("code") ?? "");
  const again = await convert(emulators, searchParams.get("code") ?? "");

  expect(origin + pathname).toBe(RETURN);
  expect(searchParams.get("state")).toBe("s1");
  expect([converted.status, again.status]).toEqual([201, 404]);
  expect(await converted.json()).toMatchObject({
    id: expect.any(Number),
    slug: "review-bot",
    name: "Review Bot",
    owner: { login: "octocat", type: "User" },
    external_url: URL_OF_APP,
    permissions: MANIFEST.default_permissions,
    events: MANIFEST.default_events,
    client_id: expect.stringMatching(/^Iv/),
    client_secret: expect.stringMatching(/^[0-9a-f]{40}$/),
    webhook_secret: expect.stringMatching(/^[0-9a-f]{40}$/),
    pem: expect.stringMatching(/^-----BEGIN RSA PRIVATE KEY-----\n/),
  });
});

test("the App before it stops working", async () => {
  const emulators = await startApp();

  await register(emulators);

  const path = "/installations/new?state=s1";
  const earlier = await fetch(`${emulators.githubUrl}/apps/grantkeep${path}`);
  const present = await fetch(`${emulators.githubUrl}/apps/review-bot${path}`);
  expect([earlier.status, present.status]).toEqual([404, 200]);
});

test("the code of an App that another one replaced shows nothing", async () => {
  const emulators = await startApp();
  const { searchParams } = await register(emulators);

  await register(emulators);

  expect((await convert(emulators, searchParams.get("code") ?? "")).status).toBe(404);
});

test("a code expires after an hour", async () => {
  const emulators = await startApp();
  const { searchParams } = await register(emulators);

  await emulators.control.letTimePass(3601);

  expect((await convert(emulators, searchParams.get("code") ?? "")).status).toBe(404);
});

test("an organization owns an App that one of its owners registers", async () => {
  const emulators = await startApp();
  const path = "/organizations/octo-org/settings/apps/new?state=s1";

  const { searchParams } = await register(emulators, path);
  const converted = await convert(emulators, searchParams.get("code") ?? "");
  const refused = await postManifest(emulators, MANIFEST, `${path}&login=mona`);

  expect(await converted.json()).toMatchObject({
    owner: { login: "octo-org", type: "Organization" },
  });
  expect(refused.status).toBe(404);
});

test.each([
  [
    "an event without its permission",
    { default_permissions: {} },
    "Default events unsupported: issues",
  ],
  ["a name that is too long", { name: "x".repeat(35) }, "name: is too long"],
  ["no callback URL", { callback_urls: [] }, "callback_urls"],
  ["a URL that is none", { setup_url: "bot" }, "setup_url: is not a URL"],
])("a manifest with %s registers nothing", async (_, changes, message) => {
  const page = await postManifest(await startApp(), { ...MANIFEST, ...changes });

  expect(page.status).toBe(422);
  expect(await page.text()).toContain(message);
});

test("the confirmation of a manifest is taken once", async () => {
  const emulators = await startApp();
  const page = await postManifest(emulators, MANIFEST);
  const { action, fields } = formIn(await page.text(), page.url);
  const confirm = () =>
    fetch(action, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });

  expect([(await confirm()).status, (await confirm()).status]).toEqual([302, 400]);
});

test("the secrets of an App are those that it works with", async () => {
  const emulators = await startApp();
  const { searchParams } = await register(emulators);
  const converted = await convert(emulators, searchParams.get("code") ?? "");
  const { client_id, client_secret } = v.parse(Converted, await converted.json());

  const exchange = (secret: string) =>
    fetch(`${emulators.githubUrl}/login/oauth/access_token`, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ client_id, client_secret: secret, code: "none" }),
    }).then((response) => response.json());
  expect(await exchange(client_secret)).toMatchObject({ error: "bad_verification_code" });
  expect(await exchange("other")).toMatchObject({ error: "incorrect_client_credentials" });
});
