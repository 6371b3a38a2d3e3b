import { createHash } from "node:crypto";
import { LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { beforeAll, describe, expect, test } from "vitest";
import { createGrantkeep } from "../../clients/typescript/src/grantkeep.ts";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { installOn } from "../cases/installed.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { metricLines, sumsOf } from "../support/metrics.ts";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const ALPHA = { platform: "github", organization_id: "9001" };
const BETA = { platform: "github", organization_id: "9002" };
const GAMMA = { platform: "github", organization_id: "9003" };
const SLACK = { platform: "slack", organization_id: "T0CALLED" };

const configuration = {
  ...TEST_CONFIGURATION,
  callers: {
    reviewer: {
      platforms: ["github" as const],
      organizations: [ALPHA.organization_id, BETA.organization_id],
      permissions: { contents: "read" as const },
    },
    releaser: { platforms: ["github" as const], repositories: ["One"] },
    notifier: { platforms: ["slack" as const] },
    "narrowed-notifier": {
      platforms: ["slack" as const, "github" as const],
      permissions: { issues: "write" as const },
    },
    acme: { platforms: ["github" as const, "slack" as const], metadata: { customer: "acme" } },
  },
};

const stack = await startTestStack(GITHUB_APP, { configuration });
const { control, githubApiUrl } = stack.platforms;

const Answer = v.object({ access_token: v.string(), installation_id: v.string() });

beforeAll(async () => {
  for (const [login, { organization_id: id }] of [
    ["alpha", ALPHA],
    ["beta", BETA],
    ["gamma", GAMMA],
  ] as const) {
    const people = [{ login: "octocat", role: "admin" as const }];
    const repositories = ["one", "two"];
    await control.github.createOrganization({ login, id: Number(id), people, repositories });
    const installed = await installGithubAppAs(stack, { account: login });
    v.parse(InstallSuccess, await installed.json());
  }
  await installOn(stack, "slack", "called");
});

/** Looks a token up, and returns its line of the log. */
async function lookUp(caller: string, request: object) {
  const written = stack.output().length;
  const asked = control.requests().length;
  const result = await invoke(
    stack,
    caller === "" ? "token-lookup" : `token-lookup:${caller}`,
    request,
  );
  const lines = metricLines(stack.output().slice(written));
  return {
    result,
    line: lines.find((line) => "Lookups" in line),
    count: sumsOf(lines),
    calls: control.requests().slice(asked),
  };
}

async function tokenOf(caller: string, request: object): Promise<string> {
  const { result } = await lookUp(caller, request);
  if (!result.ok) throw new Error(`The lookup failed: ${result.error}.`);
  return v.parse(Answer, result.answer).access_token;
}

/** Sends a request with a token, and returns its status. */
async function statusOf(token: string, method: string, path: string, body?: object) {
  const response = await fetch(githubApiUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.status;
}

const ISSUE = { title: "Found by a test" };

describe("a caller that is limited to GitHub, two organizations and contents: read", () => {
  test("gets tokens of these organizations, which cannot do more", async () => {
    const all = await tokenOf("", ALPHA);
    for (const [organization, name] of [
      [ALPHA, "alpha"],
      [BETA, "beta"],
    ] as const) {
      const token = await tokenOf("reviewer", organization);

      expect(token).not.toBe(all);
      expect(await statusOf(token, "GET", `/repos/${name}/one`)).toBe(200);
      expect(await statusOf(token, "POST", `/repos/${name}/one/issues`, ISSUE)).toBe(403);
    }
    expect(await statusOf(all, "POST", "/repos/alpha/one/issues", ISSUE)).toBe(201);
  });

  test("gets what it requests only as far as it may have it", async () => {
    const permissions = { contents: "write", issues: "write" };
    const { result, line } = await lookUp("reviewer", { ...ALPHA, permissions });

    expect(result).toMatchObject({ ok: true });
    expect(line).toMatchObject({ permissions: "contents: read" });
  });

  test.each<[string, string, object, string]>([
    ["another organization", "reviewer", GAMMA, "organizations"],
    [
      "an organization that has not installed the bot",
      "reviewer",
      { ...GAMMA, organization_id: "9999" },
      "organizations",
    ],
    ["another platform", "reviewer", SLACK, "platforms"],
    ["other permissions", "reviewer", { ...ALPHA, permissions: { issues: "read" } }, "permissions"],
    [
      "to require a permission that it may not have",
      "reviewer",
      { ...ALPHA, require: { permissions: { contents: "write" } } },
      "permissions",
    ],
    ["an unknown qualifier", "reviewers", ALPHA, "alias"],
    ["a version in place of an alias", "7", ALPHA, "alias"],
    ["the name of a property of every object", "constructor", ALPHA, "alias"],
    ["a permissions limit on Slack", "narrowed-notifier", SLACK, "kind"],
    ["other repositories", "releaser", { ...ALPHA, repositories: ["two"] }, "repositories"],
    ["metadata that the installation does not have", "acme", SLACK, "metadata"],
  ])(
    "is refused %s, which is counted and logged with the caller",
    async (_, caller, request, limit) => {
      const { result, line, count, calls } = await lookUp(caller, request);

      expect(result).toMatchObject({ ok: false, error: "not_allowed" });
      expect(line).toMatchObject({ caller, outcome: "not_allowed", reason: limit });
      expect(count).toContainEqual({
        name: "Lookups",
        dimensions: { outcome: "not_allowed" },
        sum: 1,
      });
      expect(calls).toEqual([]);
    },
  );

  test("is refused an installation of another organization by its id, and by GitHub's", async () => {
    const gamma = v.parse(Answer, Object((await lookUp("", GAMMA)).result).answer);
    const provider = control.github
      .installations()
      .find(({ account }) => "login" in account && account.login === "gamma");
    const keys = [
      { installation_id: gamma.installation_id },
      { platform: "github", provider_installation_id: String(provider?.id) },
    ];
    for (const key of keys) {
      const { result, line, calls } = await lookUp("reviewer", key);

      expect(result).toMatchObject({ ok: false, error: "not_allowed" });
      expect(line).toMatchObject({
        caller: "reviewer",
        installation_id: gamma.installation_id,
        organization_id: GAMMA.organization_id,
      });
      expect(calls).toEqual([]);
    }
  });
});

describe("the limits of a caller", () => {
  test("are applied before an expired token is refreshed", async () => {
    await control.letTimePass(13 * 3600);

    const { result, calls } = await lookUp("acme", SLACK);

    expect(result).toMatchObject({ ok: false, error: "not_allowed" });
    expect(calls).toEqual([]);
    expect((await lookUp("notifier", SLACK)).calls).not.toEqual([]);
  });

  test("let a caller report its narrowed token as rejected, for all who get the same one", async () => {
    const rejected = await tokenOf("reviewer", ALPHA);
    const sha256 = createHash("sha256").update(rejected).digest("hex");

    const next = await tokenOf("reviewer", { ...ALPHA, rejected_token_sha256: sha256 });

    expect(next).not.toBe(rejected);
    expect(await tokenOf("reviewer", ALPHA)).toBe(next);
  });

  test("restrict repositories, in upper and lower case alike", async () => {
    for (const request of [ALPHA, { ...ALPHA, repositories: ["one", "two"] }]) {
      const token = await tokenOf("releaser", request);

      expect(await statusOf(token, "POST", "/repos/alpha/one/issues", ISSUE)).toBe(201);
      expect(await statusOf(token, "POST", "/repos/alpha/two/issues", ISSUE)).not.toBe(201);
    }
  });

  test("compare the metadata that the installation has now", async () => {
    const { installation_id } = v.parse(Answer, Object((await lookUp("", ALPHA)).result).answer);
    const path = `/installations/${installation_id}`;
    await callApi(stack, "PATCH", path, { metadata: { customer: "acme", tier: 1 } });
    expect((await lookUp("acme", ALPHA)).result).toMatchObject({ ok: true });

    await callApi(stack, "PATCH", path, { metadata: { customer: ["acme"] } });
    expect((await lookUp("acme", ALPHA)).result).toMatchObject({ error: "not_allowed" });
  });

  test("do not apply to an invocation without a qualifier, by $LATEST or by live", async () => {
    for (const qualifier of ["", "$LATEST", "live"]) {
      const { result, line } = await lookUp(qualifier, SLACK);

      expect(result).toMatchObject({ ok: true });
      expect(line).toMatchObject({ caller: "live" });
    }
  });
});

test("the client takes the alias in the name or as qualifier, and keeps the tokens of aliases apart", async () => {
  const client = new LambdaClient({
    endpoint: stack.aws.url,
    region: "us-east-1",
    credentials: LOCAL_CALLER,
  });
  const live = createGrantkeep({ client, functionName: "token-lookup" });
  const key = { platform: "github", organizationId: ALPHA.organization_id } as const;
  const all = await live.token(key);

  for (const alias of [
    { functionName: "grantkeep-production-token-lookup:reviewer" },
    { functionName: "token-lookup", qualifier: "reviewer" },
  ]) {
    const reviewer = createGrantkeep({ client, ...alias });
    const { accessToken } = await reviewer.token(key, { reason: "review" });

    expect(accessToken).not.toBe(all.accessToken);
    expect(await statusOf(accessToken, "POST", "/repos/alpha/one/issues", ISSUE)).toBe(403);
    await expect(
      reviewer.token({ platform: "slack", organizationId: SLACK.organization_id }),
    ).rejects.toMatchObject({ name: "GrantkeepError", code: "not_allowed", retryable: false });
  }
});

describe("the log line of a lookup", () => {
  test("names the caller, the purpose, the narrowing and the id of the token, and never the token", async () => {
    const request = { ...ALPHA, reason: "review of a pull request" };
    const { result, line } = await lookUp("reviewer", request);
    if (!result.ok) throw new Error(`The lookup failed: ${result.error}.`);
    const { access_token: token, installation_id } = v.parse(Answer, result.answer);

    expect(line).toMatchObject({
      outcome: "ok",
      caller: "reviewer",
      installation_id,
      platform: "github",
      organization_id: ALPHA.organization_id,
      token_id: createHash("sha256").update(token).digest("hex").slice(0, 16),
      permissions: "contents: read",
      purpose: "review of a pull request",
    });
    expect(stack.output()).not.toContain(token.slice(4));
  });

  test("of a failure names the caller, the key and the purpose, and has no token", async () => {
    const { line } = await lookUp("notifier", {
      ...SLACK,
      organization_id: "T0NOBODY",
      reason: "reply",
    });

    expect(line).toMatchObject({
      outcome: "installation_not_found",
      caller: "notifier",
      platform: "slack",
      organization_id: "T0NOBODY",
      purpose: "reply",
    });
    expect(line).not.toHaveProperty("token_id");
    const malformed = await lookUp("notifier", { ...SLACK, reason: "two\nlines" });
    expect(malformed.line).toMatchObject({ outcome: "invalid_request", caller: "notifier" });
    expect(malformed.line).not.toHaveProperty("purpose");
  });
});
