import * as v from "valibot";
import { afterEach, describe, expect, test } from "vitest";
import { InstallationItem } from "../../functions/http/responses.ts";
import { type BrowserSession, consent, openSession } from "../support/browser-session.ts";
import { sentEvents } from "../support/bus-events.ts";
import { createLink, openLink, readLink } from "../support/install-links.ts";
import { consentJira, consentSlack, type JiraConsent } from "../support/platform-installs.ts";
import { works } from "../support/race-installs.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { sql } = stack.database;
const { control } = stack.platforms;
const JSON_ONLY = { accept: "application/json" };
const ACME = { customer: "acme", display_name: "Acme Inc" };
const ATTACKER = { customer: "attacker", display_name: "attacker Inc" };

type Consent = (session: BrowserSession, start: string) => Promise<string>;

/** How the person consents on each platform. */
const CONSENTS: Record<"github" | "slack" | "jira", Consent> = {
  github: (session, start) => consent(stack, session, start),
  slack: (session, start) => consentSlack(stack, session, "T0ACME", start),
  jira: (session, start) => consentJira(stack, session, { start }),
};

afterEach(async () => {
  await control.jira?.setAdministrator("noah", false);
  await sql`delete from installations`;
});

async function complete(platform: keyof typeof CONSENTS, body: object, by = CONSENTS[platform]) {
  const { id, url } = await createLink(stack, { platform, ...body });
  const session = openSession();
  const callback = await by(session, await openLink(session, url));
  const reply = await session.get(callback, JSON_ONLY);
  return { linkId: id, status: reply.status, body: Object(await reply.json()) };
}

async function completePlain(platform: keyof typeof CONSENTS, by = CONSENTS[platform]) {
  const session = openSession();
  const reply = await session.get(await by(session, `/oauth/${platform}/authorize`), JSON_ONLY);
  return { status: reply.status, body: Object(await reply.json()) };
}

async function readItem(id: string): Promise<InstallationItem> {
  return v.parse(
    InstallationItem,
    await (await callApi(stack, "GET", `/installations/${id}`)).json(),
  );
}

async function tokenOf(id: string): Promise<string> {
  const lookup = await invoke(stack, "token-lookup", { installation_id: id });
  return lookup.ok ? Object(lookup.answer).access_token : lookup.error;
}

async function secretOf(id: string): Promise<string> {
  const secret = await invoke(stack, "webhook-secret", { installation_id: id });
  return secret.ok ? Object(secret.answer).webhook_secret : secret.error;
}

/** Whether GitHub accepts a token of the OAuth App. */
async function worksAtGithub(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, "user-agent": "bot" };
  return (await fetch(`${stack.platforms.githubApiUrl}/user`, { headers })).status === 200;
}

const isValid = (platform: keyof typeof CONSENTS, token: string) =>
  platform === "github" ? worksAtGithub(token) : works(stack, platform, token);

describe.each(["github", "slack", "jira"] as const)("at %s", (platform) => {
  test("A2 another customer's link on a bound installation is refused and changes nothing", async () => {
    const first = await complete(platform, { metadata: ACME });
    const id = first.body.installation_id;
    // The lookup comes first: it stores its time.
    const token = await tokenOf(id);
    const item = await readItem(id);

    const refused = await complete(platform, { metadata: ATTACKER });

    expect(refused).toMatchObject({
      status: 409,
      body: { error: "installation_bound_elsewhere" },
    });
    expect(JSON.stringify(refused.body)).not.toMatch(/acme/i);
    expect(await readItem(id)).toEqual(item);
    expect(await tokenOf(id)).toBe(token);
    expect(await isValid(platform, token)).toBe(true);
    expect(await readLink(stack, refused.linkId)).toMatchObject({ status: "open" });
  });

  test("A2 an ended installation that another customer's link takes has a new id and secret", async () => {
    const first = await complete(platform, { metadata: ACME });
    const id = first.body.installation_id;
    const secret = await secretOf(id);
    await sql`
      update installations set is_active = false, inactive_reason = 'reauthorization_required'
    `;

    const { body } = await complete(platform, { metadata: ATTACKER });

    expect(body.installation_id).not.toBe(id);
    expect(body.webhook_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(body.webhook_secret).not.toBe(secret);
    expect((await readItem(body.installation_id)).metadata).toEqual(ATTACKER);
    expect((await callApi(stack, "GET", `/installations/${id}`)).status).toBe(404);
  });

  test("the same customer's link installs again, and an install without a link does", async () => {
    const first = await complete(platform, { metadata: ACME });
    const again = await complete(platform, { metadata: { ...ACME, display_name: "Acme" } });
    const plain = await completePlain(platform);

    const { installation_id } = first.body;
    for (const { body } of [again, plain]) {
      expect(body).toMatchObject({ status: "success", installation_id });
      expect(body).not.toHaveProperty("webhook_secret");
    }
    expect((await readItem(installation_id)).metadata).toEqual({ ...ACME, display_name: "Acme" });
    expect(sentEvents(stack, installation_id).at(-1)).toMatchObject({
      "detail-type": "installation.reinstalled",
      detail: { installer_changed: false },
    });
  });

  test("on_conflict replace takes the installation, and says so", async () => {
    const first = await complete(platform, { metadata: ACME });
    const id = first.body.installation_id;

    const { body } = await complete(platform, { metadata: ATTACKER, on_conflict: "replace" });

    const { installation_id } = body;
    expect(installation_id).not.toBe(id);
    expect(await readItem(installation_id)).toMatchObject({ metadata: ATTACKER, is_active: true });
    expect(await tokenOf(id)).toBe("installation_not_found");
    expect(sentEvents(stack, installation_id)).toMatchObject([
      {
        "detail-type": "installation.rebound",
        detail: { previous_installation_id: id },
      },
    ]);
  });
});

test("A2 a refused install of a GitHub OAuth App leaves no token behind: it is revoked", async () => {
  await complete("github", { metadata: ACME });
  const deleted = () =>
    control.requests().filter(({ method, path }) => method === "DELETE" && /\/token$/.test(path));
  const before = deleted().length;

  await complete("github", { metadata: ATTACKER });

  expect(deleted().slice(before)).toMatchObject([{ status: 204 }]);
});

test("A2 a refused install at Slack revokes nothing: that would end the stored grant", async () => {
  await complete("slack", { metadata: ACME });
  const before = control.requests().length;

  await complete("slack", { metadata: ATTACKER });

  const paths = control
    .requests()
    .slice(before)
    .map(({ path }) => path);
  expect(paths.filter((path) => /revoke|uninstall/.test(path))).toEqual([]);
});

test("a link cannot be for one installation and replace another", async () => {
  const { body } = await completePlain("slack");

  const reply = await callApi(stack, "POST", "/install-links", {
    platform: "slack",
    installation_id: body.installation_id,
    on_conflict: "replace",
  });

  expect(reply.status).toBe(400);
});

describe("at Jira, where a grant acts as the person who made it", () => {
  const as =
    (consent: JiraConsent): Consent =>
    (session, start) =>
      consentJira(stack, session, { ...consent, start });
  const noah = as({ account: "noah" });
  const install = () => completePlain("jira", as({ account: "mia" }));

  async function userOf(id: string): Promise<string> {
    const headers = { authorization: `Bearer ${await tokenOf(id)}` };
    return Object(await (await fetch(`${stack.platforms.jiraApiUrl}/me`, { headers })).json()).name;
  }

  test("A3 another member of the site is refused, and the installation stays", async () => {
    const { body } = await install();
    const item = await readItem(body.installation_id);

    const plain = await completePlain("jira", noah);
    const linked = await complete("jira", { metadata: {} }, noah);
    const replacing = await complete("jira", { metadata: ATTACKER, on_conflict: "replace" }, noah);

    for (const refused of [plain, linked, replacing]) {
      expect(refused).toMatchObject({ status: 403, body: { error: "installation_not_verified" } });
    }
    expect(await readItem(body.installation_id)).toEqual(item);
    expect(await userOf(body.installation_id)).toBe("Mia Krystof");
  });

  test("A3 another administrator of the site is not refused, and the event tells it", async () => {
    const { body } = await install();
    await control.jira?.setAdministrator("noah", true);

    const again = await completePlain("jira", noah);

    const { installation_id } = body;
    expect(again.body).toMatchObject({ status: "success", installation_id });
    expect(await userOf(installation_id)).toBe("Noah Berg");
    expect(sentEvents(stack, installation_id).at(-1)).toMatchObject({
      "detail-type": "installation.reinstalled",
      detail: { installer_changed: true },
    });
  });

  test("A3 a member with a reconnect link is not refused", async () => {
    const { installation_id } = (await install()).body;

    const again = await complete("jira", { installation_id }, noah);

    expect(again.body).toMatchObject({ status: "success", installation_id });
  });

  test("A3 a member installs again after the grant ended", async () => {
    const { installation_id } = (await install()).body;
    await sql`
      update installations set is_active = false, inactive_reason = 'reauthorization_required'
    `;

    expect((await completePlain("jira", noah)).body).toMatchObject({ installation_id });
  });

  test("A3 a member who chooses among several sites is refused for the one of another", async () => {
    await install();
    await control.jira?.setSites("noah", ["acme", "globex"]);
    const session = openSession();
    const sites = ["acme", "globex"];
    const callback = await consentJira(stack, session, { account: "noah", sites });
    const choice = Object(await (await session.get(callback, JSON_ONLY)).json());
    const site = choice.organizations.find(({ name }: { name: string }) => name === "Acme");

    const page = await session.post(`${stack.url}/oauth/jira/organization`, {
      pending_id: choice.pending_id,
      organization_id: site.id,
    });

    expect(page.status).toBe(403);
  });

  test("A3 while Jira does not tell who is an administrator, nothing is changed", async () => {
    const { installation_id } = (await install()).body;
    control.addFault({
      platform: "jira",
      path: "*/mypermissions",
      fault: { kind: "status", status: 503 },
    });

    const failed = await completePlain("jira", noah);
    control.clearFaults();

    expect(failed.status).toBe(503);
    expect(await userOf(installation_id)).toBe("Mia Krystof");
  });
});
