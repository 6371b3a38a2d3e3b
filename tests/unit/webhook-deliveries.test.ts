import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { githubWebhook } from "../../core/providers/github/webhook.ts";
import { slackWebhook } from "../../core/providers/slack/webhook.ts";
import { anyText, forAll } from "../support/properties.ts";

const TYPE = { "content-type": "application/json" };
const OrganizationId = /^[A-Za-z0-9._:-]{1,128}$/;

function readGithub(body: string | Buffer, name: string | undefined) {
  const headers = { ...TYPE, ...(name !== undefined && { "x-github-event": name }) };
  return githubWebhook.read({ headers, body: Buffer.from(body) });
}

function readSlack(body: string | Buffer) {
  return slackWebhook.read({ headers: TYPE, body: Buffer.from(body) });
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
      const { installations = [] } = resultOf(() => readGithub(body, name)) ?? {};
      const [key, ...others] = installations;
      expect(others).toEqual([]);
      if (key === undefined) return;

      const id = "providerInstallationId" in key ? key.providerInstallationId : "";
      expect(key).toEqual({ platform: "github", providerInstallationId: id });
      expect(id).toMatch(/^[1-9][0-9]{0,15}$/);
      expect(JSON.parse(body)).toMatchObject({ installation: { id: Number(id) } });
      expect(name).toMatch(/^installation(_target|_repositories)?$/);
    }));

  test("is read for every number that GitHub counts with", () =>
    forAll(fc.maxSafeNat(), (number) => {
      const id = number + 1 > Number.MAX_SAFE_INTEGER ? number : number + 1;

      expect(readGithub(JSON.stringify({ installation: { id } }), "installation")).toEqual({
        installations: [{ platform: "github", providerInstallationId: `${id}` }],
        mayChangeToken: false,
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

    expect(readGithub(body, name)).toMatchObject({ mayChangeToken });
  });

  test("is nothing but read or refused when its bytes are anything", () =>
    forAll(fc.tuple(fc.uint8Array(), githubEvent), ([body, name]) => {
      resultOf(() => readGithub(Buffer.from(body), name));
    }));
});

describe("a delivery of Slack's", () => {
  test("names organizations by their ids, or none, or asks for an echo, or is refused", () =>
    forAll(slackBody, (body) => {
      const delivery = resultOf(() => readSlack(body));
      if (!delivery) return;

      const said: unknown = JSON.parse(body);
      if ("challenge" in delivery) {
        expect(said).toMatchObject({ type: "url_verification", challenge: delivery.challenge });
        return;
      }
      for (const key of delivery.installations) {
        const id = "organizationId" in key ? key.organizationId : "";
        expect(key).toEqual({ platform: "slack", organizationId: id });
        expect(id).toMatch(OrganizationId);
        expect(said).toMatchObject({
          type: "event_callback",
          event: { type: expect.stringMatching(/^(app_uninstalled|tokens_revoked)$/) },
        });
        expect([Object(said).team_id, Object(said).enterprise_id]).toContain(id);
      }
    }));

  test("names the team and its enterprise", () => {
    const body = { type: "event_callback", team_id: "T0", enterprise_id: "E0" };

    expect(readSlack(JSON.stringify({ ...body, event: { type: "app_uninstalled" } }))).toEqual({
      installations: [
        { platform: "slack", organizationId: "T0" },
        { platform: "slack", organizationId: "E0" },
      ],
    });
    expect(readSlack(JSON.stringify({ ...body, event: { type: "message" } }))).toEqual({
      installations: [],
    });
  });

  test("is nothing but read or refused when its bytes are anything", () =>
    forAll(fc.uint8Array(), (body) => {
      resultOf(() => readSlack(Buffer.from(body)));
    }));
});
