import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { jiraWebhook } from "../../core/providers/jira/webhook.ts";
import { anyText, forAll } from "../support/properties.ts";

const SECRET = "jira-client-secret-1";
const NOW = new Date("2026-11-28T12:00:00Z");
const SECONDS = NOW.getTime() / 1000;
const SELF = "https://acme.atlassian.net/rest/api/2/issue/10002";
const CLOUD_ID = "1324a887-45db-4bf4-8e99-ef0ff456d421";

const MOVED = {
  timestamp: 1_764_331_200_000,
  webhookEvent: "jira:issue_updated",
  issue_event_type_name: "issue_generic",
  issue: { id: "10002", self: SELF, key: "DEMO-1", fields: {} },
  matchedWebhookIds: [1, 2],
};

interface Claims {
  readonly iat?: number | undefined;
  readonly exp?: number | undefined;
}

function sign(claims: Claims = {}, { alg = "HS256", secret = SECRET } = {}): Promise<string> {
  const all = Object.entries({ iat: SECONDS, exp: SECONDS + 180, ...claims });
  return new SignJWT(Object.fromEntries(all.filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret));
}

async function verify(authorization: string | undefined, secret = SECRET): Promise<void> {
  const headers = authorization === undefined ? {} : { authorization };
  await jiraWebhook.verify(secret, { headers, body: Buffer.from("") }, NOW);
}

function read(body: unknown, headers: Record<string, string> = {}) {
  const request = {
    headers: { "content-type": "application/json; charset=UTF-8", ...headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  };
  const content = jiraWebhook.read(request, {});
  if (content.type !== "delivery") throw new Error("This is no delivery.");
  return content.delivery;
}

describe("a webhook of Jira is accepted with", () => {
  test.each([
    ["a JWT of the client secret", {}],
    ["a clock that is behind by half a minute", { iat: SECONDS + 30 }],
    ["a JWT that ended half a minute ago", { exp: SECONDS - 30 }],
  ])("%s", async (_, claims) => {
    await verify(`Bearer ${await sign(claims)}`);
    await verify(`bearer ${await sign(claims)}`);
  });
});

describe("a webhook of Jira is refused with", () => {
  const refused = { code: "invalid_signature" };

  test.each<[string, Claims, string]>([
    ["a JWT that has expired", { exp: SECONDS - 120 }, "stale"],
    ["a JWT from two days ago", { iat: SECONDS - 172_800 }, "stale"],
    ["a JWT from the future", { iat: SECONDS + 600 }, "signature"],
    ["a JWT that never expires", { exp: undefined }, "signature"],
    ["a JWT without a time", { iat: undefined }, "signature"],
  ])("%s", async (_, claims, reason) => {
    await expect(verify(`Bearer ${await sign(claims)}`)).rejects.toMatchObject({
      ...refused,
      reason,
    });
  });

  test("another secret, another algorithm, or none", async () => {
    const tokens = [
      await sign({}, { secret: "another-secret" }),
      await sign({}, { alg: "HS512", secret: SECRET.repeat(4) }),
      new UnsecuredJWT({ iat: SECONDS, exp: SECONDS + 180 }).encode(),
      "not.a.jwt",
    ];
    for (const token of tokens) {
      await expect(verify(`Bearer ${token}`, SECRET)).rejects.toMatchObject(refused);
    }
    const [, hs512] = tokens;
    await expect(verify(`Bearer ${hs512}`, SECRET.repeat(4))).rejects.toMatchObject(refused);
  });

  test("no token", async () => {
    const token = await sign();
    for (const header of [undefined, "", "Bearer ", token, `JWT ${token}`, `Bearer ${token} x`]) {
      await expect(verify(header)).rejects.toMatchObject({ ...refused, reason: "no token" });
    }
  });
});

describe("a webhook of Jira", () => {
  test("names its event without the prefix, and its site with all ids that matched", () => {
    const delivery = read(MOVED, { "x-atlassian-webhook-identifier": "abc-1" });

    expect(delivery).toEqual({
      id: "acme.atlassian.net/abc-1",
      event: "issue_updated",
      action: "issue_generic",
      owner: { type: "webhooks", site: { host: "acme.atlassian.net" }, webhookIds: ["1", "2"] },
      lifecycle: null,
      body: JSON.stringify(MOVED),
    });
  });

  test.each([
    ["comment", "comment_created", `${SELF}/comment/1`],
    ["sprint", "sprint_started", "https://acme.atlassian.net/rest/agile/1.0/sprint/4"],
    ["version", "jira:version_released", "https://acme.atlassian.net/rest/api/2/version/1"],
  ])("about a %s alone names the site by that", (subject, webhookEvent, self) => {
    const { owner, event } = read({ webhookEvent, [subject]: { self }, matchedWebhookIds: [7] });

    expect(owner).toMatchObject({ site: { host: "acme.atlassian.net" }, webhookIds: ["7"] });
    expect(event).toBe(webhookEvent.replace("jira:", ""));
  });

  test("with an address of the gateway names the site by its cloud id", () => {
    const self = `https://api.atlassian.com/ex/jira/${CLOUD_ID}/rest/api/3/issue/1`;
    const headers = { "x-atlassian-webhook-identifier": "abc-1" };

    const { id, owner } = read({ ...MOVED, issue: { self } }, headers);

    expect(owner).toMatchObject({ site: { organizationId: CLOUD_ID } });
    expect(id).toBe(`${CLOUD_ID}/abc-1`);
  });

  test.each([
    ["no issue", { issue: undefined }],
    ["an issue without an address", { issue: {} }],
    ["an address that is none", { issue: { self: "acme.atlassian.net" } }],
    ["an address without TLS", { issue: { self: SELF.replace("https", "http") } }],
    [
      "a cloud id that is none",
      { issue: { self: "https://api.atlassian.com/ex/jira/a%20b/rest" } },
    ],
    ["no webhook that matched", { matchedWebhookIds: [] }],
    ["ids that are missing", { matchedWebhookIds: undefined }],
    ["ids that are no numbers", { matchedWebhookIds: ["1"] }],
    ["more ids than a site can have", { matchedWebhookIds: Array.from({ length: 101 }, () => 1) }],
  ])("with %s is about no installation", (_, change) => {
    expect(read({ ...MOVED, ...change }).owner).toBeNull();
  });

  test.each([
    ["no identifier", {}],
    ["an identifier that cannot be part of a key", { "x-atlassian-webhook-identifier": "a b" }],
    ["a long identifier", { "x-atlassian-webhook-identifier": "a".repeat(65) }],
  ])("with %s is identified by its bytes", (_, headers: Record<string, string>) => {
    const { id } = read(MOVED, headers);

    expect(id).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(read({ ...MOVED, timestamp: 1 }, headers).id).not.toBe(id);
  });

  test("of a site with a very long name is identified by its bytes", () => {
    const self = `https://${"a".repeat(60)}.${"b".repeat(60)}.example/rest/api/2/issue/1`;

    const { id } = read(
      { ...MOVED, issue: { self } },
      { "x-atlassian-webhook-identifier": "a".repeat(64) },
    );

    expect(id).toMatch(/^sha256-/);
  });

  test.each([
    ["no event", { webhookEvent: undefined }],
    ["an event that cannot be part of a type", { webhookEvent: "jira:Issue Updated" }],
  ])("with %s is refused", (_, change) => {
    expect(() => read({ ...MOVED, ...change })).toThrow(ServiceError);
  });

  test("is refused unless it is JSON", async () => {
    expect(() => read(MOVED, { "content-type": "text/plain" })).toThrow(
      expect.objectContaining({ code: "unsupported_media_type" }),
    );
    await forAll(anyText, (text) => {
      try {
        read(text);
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid_request" });
      }
    });
  });
});
