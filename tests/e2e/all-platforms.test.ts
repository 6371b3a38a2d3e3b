import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { openSession } from "../support/browser-session.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const HOUR = 3600;

const stack = await startTestStack(GITHUB_APP);
const { control, githubApiUrl, jiraApiUrl, slackUrl } = stack.platforms;

async function lookUp(installationId: string) {
  const lookup = await invoke(stack, "token-lookup", { installation_id: installationId });
  return v.parse(TokenLookupResponse, lookup.ok ? lookup.answer : lookup);
}

async function installSlack(): Promise<Response> {
  const session = openSession();
  return session.get(await consentSlack(stack, session), { accept: "application/json" });
}

async function installJira(): Promise<Response> {
  const session = openSession();
  return session.get(await consentJira(stack, session), { accept: "application/json" });
}

function get(url: string, token: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${token}`, "user-agent": "bot" } });
}

async function worksAtSlack(token: string): Promise<boolean> {
  const response = await fetch(`${slackUrl}/api/auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  return v.parse(v.object({ ok: v.boolean() }), await response.json()).ok;
}

describe.each([
  {
    name: "GitHub App",
    install: () => installGithubAppAs(stack),
    works: async (token: string) =>
      (await get(`${githubApiUrl}/installation/repositories`, token)).status === 200,
    hours: 1,
    fields: {
      provider_installation_id: expect.stringMatching(/^[0-9]+$/),
      account_type: "User",
    },
  },
  {
    name: "Slack",
    install: installSlack,
    works: worksAtSlack,
    hours: 12,
    fields: {
      bot_user_id: expect.stringMatching(/^U/),
      bot_id: expect.stringMatching(/^B/),
      app_id: expect.stringMatching(/^A/),
      enterprise_id: null,
      is_enterprise_install: false,
    },
  },
  {
    name: "Jira",
    install: installJira,
    works: async (token: string) => (await get(`${jiraApiUrl}/me`, token)).status === 200,
    hours: 1,
    fields: { site_url: expect.stringMatching(/^https:\/\/[^/]+$/) },
  },
])("$name", ({ install, works, hours, fields }) => {
  test("a lookup returns what the libraries of the platform need, and requests it once", async () => {
    const reply = await install();
    const { installation_id: id } = v.parse(InstallSuccess, await reply.json());
    const requests = control.requests().length;

    const first = await lookUp(id);
    const again = await lookUp(id);

    expect(first).toMatchObject(fields);
    expect(again).toEqual(first);
    expect(control.requests().length - requests).toBe(1);
  });

  test("a lookup answers a token that works, and after its time another one that works", async () => {
    const reply = await install();
    expect(await reply.clone().json()).toMatchObject({ status: "success" });
    const { installation_id: id } = v.parse(InstallSuccess, await reply.json());

    const first = await lookUp(id);
    const again = await lookUp(id);
    expect(await works(first.access_token)).toBe(true);
    await control.letTimePass(hours * HOUR + 60);
    const second = await lookUp(id);

    expect(again.access_token).toBe(first.access_token);
    expect(second.access_token).not.toBe(first.access_token);
    expect(await works(second.access_token)).toBe(true);
    expect(await works(first.access_token)).toBe(false);
  });

  test("an installation is listed as active, with its organization", async () => {
    const reply = await install();
    const { installation_id: id } = v.parse(InstallSuccess, await reply.json());

    const item = await (await callApi(stack, "GET", `/installations/${id}`)).json();

    expect(item).toMatchObject({ id, is_active: true, organization_id: expect.any(String) });
  });
});
