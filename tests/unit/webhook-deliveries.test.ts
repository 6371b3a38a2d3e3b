import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { WebhookContent } from "../../core/ports/webhook.ts";
import { githubWebhook } from "../../core/providers/github/webhook.ts";
import { slackWebhook } from "../../core/providers/slack/webhook.ts";
import { LIFECYCLE_DETAIL_TYPES } from "../../core/webhooks/detail-types.ts";
import { anyText, forAll } from "../support/properties.ts";

const GUID = "5f1d0c8e-0000-4000-8000-000000000001";
const TYPE = { "content-type": "application/json" };
const OrganizationId = /^[A-Za-z0-9._:-]{1,128}$/;

function readGithub(body: string | Buffer, name: string | undefined) {
  const headers = {
    ...TYPE,
    "x-github-delivery": GUID,
    ...(name !== undefined && { "x-github-event": name }),
  };
  return deliveryOf(githubWebhook.read({ headers, body: Buffer.from(body) }, {}));
}

function readSlack(body: string | Buffer) {
  return slackWebhook.read({ headers: TYPE, body: Buffer.from(body) }, {});
}

function deliveryOf(content: WebhookContent) {
  if (content.type !== "delivery") throw new Error("This is no delivery.");
  return content.delivery;
}

/** Returns the result of a reader, or `undefined` when it rejects its input as `invalid_request`. */
function resultOf<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ code: "invalid_request" });
    return undefined;
  }
}

const number = fc.oneof(fc.integer(), fc.maxSafeNat(), fc.double(), fc.constantFrom(2 ** 53, -0));
const anything = fc.oneof(number, anyText, fc.boolean(), fc.constant(null), fc.jsonValue());

/** Bodies that look like a delivery more or less, and some that do not at all. */
const githubBody = fc.oneof(
  fc
    .record(
      {
        action: anything,
        installation: fc.oneof(fc.record({ id: anything }, { requiredKeys: [] }), anything),
        sender: anything,
      },
      { requiredKeys: [] },
    )
    .map((body) => JSON.stringify(body)),
  fc.json(),
  anyText,
);
const githubEvent = fc.oneof(
  fc.constantFrom("installation", "installation_target", "push", "constructor", undefined),
  fc.constant("installation_repositories"),
  anyText,
);

const slackEvent = fc.constantFrom("app_uninstalled", "tokens_revoked", "message", "constructor");
const slackBody = fc.oneof(
  fc
    .record(
      {
        type: fc.oneof(fc.constantFrom("event_callback", "url_verification"), anything),
        challenge: anything,
        team_id: fc.oneof(fc.constant("T0ACME"), anything),
        enterprise_id: fc.oneof(fc.constant("E0GRID"), anything),
        event: fc.oneof(fc.record({ type: fc.oneof(slackEvent, anything) }), anything),
      },
      { requiredKeys: [] },
    )
    .map((body) => JSON.stringify(body)),
  fc.json(),
  anyText,
);

describe("a delivery of GitHub's", () => {
  test("names an installation by a whole number that is exact, or none, or is refused", () =>
    forAll(fc.tuple(githubBody, githubEvent), ([body, name]) => {
      const delivery = resultOf(() => readGithub(body, name));
      if (!delivery?.owner) return;

      const id =
        delivery.owner.type === "provider_installation"
          ? delivery.owner.providerInstallationId
          : "";
      expect(id).toMatch(/^[1-9][0-9]{0,15}$/);
      expect(JSON.parse(body)).toMatchObject({ installation: { id: Number(id) } });
      expect(delivery.body).toBe(body);
      expect(delivery.event).toBe(name);
      if (!delivery.lifecycle) return;
      expect(name).toMatch(/^(installation(_target|_repositories)?|github_app_authorization)$/);
      expect(delivery.lifecycle.installations).toEqual([
        { platform: "github", providerInstallationId: id },
      ]);
    }));

  test("is read for every number that GitHub counts with", () =>
    forAll(fc.maxSafeNat(), (number) => {
      const id = number + 1 > Number.MAX_SAFE_INTEGER ? number : number + 1;
      const body = JSON.stringify({ installation: { id } });

      expect(readGithub(body, "installation")).toEqual({
        id: GUID,
        event: "installation",
        action: null,
        owner: { type: "provider_installation", providerInstallationId: `${id}` },
        lifecycle: {
          installations: [{ platform: "github", providerInstallationId: `${id}` }],
          mayChangeToken: false,
          created: null,
        },
        body,
      });
    }));

  test.each([
    ["installation", "new_permissions_accepted", true],
    ["installation", "unsuspend", true],
    ["installation_repositories", "added", true],
    ["installation_repositories", "removed", true],
    ["installation", "suspend", false],
    ["installation_target", "renamed", false],
  ])("D6 of %s, %s: may change the stored token: %s", (name, action, mayChangeToken) => {
    const body = JSON.stringify({ action, installation: { id: 1 } });

    expect(readGithub(body, name)).toMatchObject({ lifecycle: { mayChangeToken } });
  });

  test("about a person's authorization is about the installation on their account", () => {
    const body = JSON.stringify({ action: "revoked", sender: { id: 7, login: "octocat" } });

    expect(readGithub(body, "github_app_authorization")).toMatchObject({
      owner: null,
      lifecycle: { installations: [{ platform: "github", organizationId: "7" }] },
    });
  });

  test.each([
    ["as JSON", "application/json", (text: string) => text],
    [
      "as a form",
      "application/x-www-form-urlencoded",
      (payload: string) => new URLSearchParams({ payload }).toString(),
    ],
  ])("is handed on as GitHub sent it, %s", (_name, type, encode) => {
    const text = '{"action":"opened", "id":90071992547409931,"__proto__":{"polluted":1}}';
    const headers = { "content-type": type, "x-github-event": "issues", "x-github-delivery": GUID };
    const request = { headers, body: Buffer.from(encode(text)) };

    expect(githubWebhook.read(request, {})).toMatchObject({ delivery: { body: text } });
    expect(Object({}).polluted).toBeUndefined();
  });

  test.each([
    ["no id", { "x-github-delivery": undefined }],
    ["an id that is none", { "x-github-delivery": "a b" }],
    ["the id of another App", { "x-github-hook-installation-target-id": "8" }],
  ])("with %s is refused", (_name, more) => {
    const headers = { ...TYPE, "x-github-event": "issues", "x-github-delivery": GUID, ...more };
    const request = { headers, body: Buffer.from("{}") };

    expect(() => githubWebhook.read(request, { appId: "7" })).toThrowError(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  test("is nothing but read or refused when its bytes are anything", () =>
    forAll(fc.tuple(fc.uint8Array(), githubEvent), ([body, name]) => {
      resultOf(() => readGithub(Buffer.from(body), name));
    }));
});

describe("a delivery of Slack's", () => {
  test("names organizations by their ids, or none, or asks for an echo, or is refused", () =>
    forAll(slackBody, (body) => {
      const content = resultOf(() => readSlack(body));
      if (!content) return;

      const sent: unknown = JSON.parse(body);
      if (content.type === "check") {
        expect(sent).toMatchObject({ type: "url_verification", challenge: content.challenge });
        return;
      }
      const { owner, lifecycle } = content.delivery;
      const ids = owner?.type === "organizations" ? owner.organizationIds : [];
      for (const id of ids) {
        expect(id).toMatch(OrganizationId);
        expect([Object(sent).team_id, Object(sent).enterprise_id]).toContain(id);
      }
      if (!lifecycle) return;
      expect(lifecycle.installations).toEqual(
        ids.map((organizationId) => ({ platform: "slack", organizationId })),
      );
      expect(sent).toMatchObject({
        type: "event_callback",
        event: { type: expect.stringMatching(/^(app_uninstalled|tokens_revoked)$/) },
      });
    }));

  test("that can end a grant names the team and its enterprise", () => {
    const body = { type: "event_callback", team_id: "T0", enterprise_id: "E0" };
    const read = (type: string) => readSlack(JSON.stringify({ ...body, event: { type } }));

    expect(read("app_uninstalled")).toMatchObject({
      delivery: {
        lifecycle: {
          installations: [
            { platform: "slack", organizationId: "T0" },
            { platform: "slack", organizationId: "E0" },
          ],
        },
      },
    });
    expect(read("message")).toMatchObject({ delivery: { lifecycle: null } });
  });

  test.each([
    [
      "the team that is authorized, in a shared channel",
      { team_id: "T1", enterprise_id: "E1" },
      "T1",
    ],
    [
      "the enterprise, of an install for all its teams",
      { team_id: "T1", enterprise_id: "E1", is_enterprise_install: true },
      "E1",
    ],
  ])("is for %s", (_name, authorization, organizationId) => {
    const other = { team_id: "T2", enterprise_id: "E2" };
    const body = {
      type: "event_callback",
      event_id: "Ev1",
      team_id: "T0",
      enterprise_id: "E0",
      event: { type: "message", subtype: "message_changed" },
      authorizations: [authorization, other],
    };

    expect(readSlack(JSON.stringify(body))).toMatchObject({
      delivery: {
        id: "Ev1",
        event: "message",
        action: "message_changed",
        owner: { type: "organizations", organizationIds: [organizationId] },
      },
    });
  });

  test("for another app is refused", () => {
    const body = { type: "event_callback", api_app_id: "A0OTHER", event: { type: "message" } };
    const request = { headers: TYPE, body: Buffer.from(JSON.stringify(body)) };

    expect(() => slackWebhook.read(request, { appId: "A0APP" })).toThrowError(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  test("is nothing but read or refused when its bytes are anything", () =>
    forAll(fc.uint8Array(), (body) => {
      resultOf(() => readSlack(Buffer.from(body)));
    }));
});

describe("the rule of the bus", () => {
  const github = [
    "installation",
    "installation_repositories",
    "installation_target",
    "github_app_authorization",
    "issues",
  ].map((event) => {
    const body = JSON.stringify({ installation: { id: 1 }, sender: { id: 2, login: "octocat" } });
    return { type: `github.${event}`, delivery: readGithub(body, event) };
  });
  const slack = ["app_uninstalled", "tokens_revoked", "message"].map((type) => {
    const content = readSlack(
      JSON.stringify({ type: "event_callback", team_id: "T0", event: { type } }),
    );
    return { type: `slack.${type}`, delivery: deliveryOf(content) };
  });

  test.each([...github, ...slack])(
    "starts reconcile for $type if it can change a grant",
    ({ type, delivery }) => {
      expect(LIFECYCLE_DETAIL_TYPES.includes(type)).toBe(delivery.lifecycle !== null);
      expect(LIFECYCLE_DETAIL_TYPES.includes(`${type}.unclaimed`)).toBe(
        delivery.lifecycle !== null,
      );
    },
  );
});
