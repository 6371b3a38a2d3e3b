import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { ErrorBody, InstallSuccess, OrganizationChoice } from "../../functions/http/responses.ts";
import { STATUS } from "../../functions/http/status.ts";
import type { RouteTrigger } from "../../infra/function-definition.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { handlers } from "../../package/bundles.ts";
import { openSession } from "../support/browser-session.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, invoke } from "../support/stack.ts";
import { startDeployed } from "./deployed.ts";

const AS_JSON = { accept: "application/json" };
const WARM_REQUESTS = 20;

const Line = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

const deployed = await startDeployed();

async function idOf(reply: Response): Promise<string> {
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

async function installOnGithub(login: string): Promise<string> {
  return idOf(await installGithubAppAs(deployed, { login }));
}

async function installOnSlack(organization: string): Promise<string> {
  const session = openSession();
  return idOf(await session.get(await consentSlack(deployed, session, organization), AS_JSON));
}

/** Returns an event of the HTTP API with a repeated query parameter. */
function malformedEvent({ method, path }: Pick<RouteTrigger, "method" | "path">): unknown {
  return {
    version: "2.0",
    routeKey: `${method} ${path}`,
    rawPath: path,
    // Public pages ignore parameters that they do not know.
    rawQueryString: "link=1&link=2&state=1&state=2",
    headers: { accept: "application/json" },
    requestContext: { requestId: "request-1", http: { method, path } },
    pathParameters: { platform: "github", id: "inst-1" },
    isBase64Encoded: false,
  };
}

const direct = [
  ...functionsTriggeredBy("invoke"),
  ...functionsTriggeredBy("schedule"),
  ...functionsTriggeredBy("events"),
];

describe("every function", () => {
  test.each(functionsTriggeredBy("route").filter(({ name }) => name !== "health"))(
    "starts, and responds to a malformed request: $handler",
    async ({ handler, trigger }) => {
      const sandbox = await deployed.sandboxOf(handler);

      const outcome = await sandbox.invoke(malformedEvent(trigger));

      const reply = v.parse(
        v.object({ statusCode: v.number(), body: v.string() }),
        Object(outcome).payload,
      );
      const { error } = v.parse(ErrorBody, JSON.parse(reply.body));
      expect([400, 401, 415]).toContain(reply.statusCode);
      expect(Object.keys(STATUS)).toContain(error);
    },
  );

  test("that reports health starts, and responds", async () => {
    const sandbox = await deployed.sandboxOf("functions/health.handler");

    const outcome = await sandbox.invoke(malformedEvent({ method: "GET", path: "/health" }));

    expect(outcome).toMatchObject({
      ok: true,
      payload: { statusCode: 200, body: '{"status":"ok"}' },
    });
  });

  test.each(direct)("starts, and responds to an invocation: $name", async ({ handler }) => {
    const sandbox = await deployed.sandboxOf(handler);

    const outcome = await sandbox.invoke({});

    if (!outcome.ok) expect(Object.keys(STATUS)).toContain(outcome.error.errorType);
  });

  test("that a deploy invokes migrates the schema", async () => {
    const sandbox = await deployed.sandboxOf("functions/migrate.handler");

    expect(await sandbox.invoke({})).toEqual({ ok: true, payload: { applied: [], rehearsed: 0 } });
  });
});

describe("the bundles together", () => {
  test("install a GitHub App, and return its tokens", async () => {
    const page = await openSession().get(`${deployed.url}/`);
    const id = await installOnGithub("octocat");

    const lookup = await invoke(deployed, "token-lookup", { installation_id: id });

    expect(await page.text()).toContain("?platform=github");
    expect(lookup).toMatchObject({
      ok: true,
      answer: {
        installation_id: id,
        platform: "github",
        access_token: expect.stringMatching(/^ghs_/),
      },
    });
  });

  test("refresh Slack's tokens when they have expired", async () => {
    const id = await installOnSlack("T0ACME");
    const first = await invoke(deployed, "token-lookup", { installation_id: id });

    await deployed.platforms.control.letTimePass(12 * 3600);
    const second = await invoke(deployed, "token-lookup", { installation_id: id });

    expect(first.ok && second.ok).toBe(true);
    expect(second).not.toEqual(first);
  });

  test("let the installer pick one of several Jira sites", async () => {
    const session = openSession();
    const callback = await consentJira(deployed, session, { sites: ["acme", "acme-eu"] });
    const { pending_id, organizations } = v.parse(
      OrganizationChoice,
      await (await session.get(callback, AS_JSON)).json(),
    );

    const page = await session.post(`${deployed.url}/oauth/jira/organization`, {
      pending_id,
      organization_id: organizations[0]?.id ?? "",
    });

    expect(page.status).toBe(200);
    expect(await page.text()).toContain(organizations[0]?.name);
  });

  test("deactivate installations on webhooks", async () => {
    const { control } = deployed.platforms;
    const github = await installOnGithub("leaving");
    const slack = await installOnSlack("T0GLOBEX");

    await control.github.uninstall({ account: "leaving" });
    await control.github.deliveries();
    await control.revoke("slack", "T0GLOBEX");
    await control.slack?.settled();
    await deployed.aws.eventsSettled();

    const items = [github, slack].map((id) => callApi(deployed, "GET", `/installations/${id}`));
    for (const item of await Promise.all(items)) {
      expect(await item.json()).toMatchObject({ is_active: false, inactive_reason: "uninstalled" });
    }
  });

  test("create an install link", async () => {
    const reply = await callApi(deployed, "POST", "/install-links", { platform: "slack" });

    expect(reply.status).toBe(201);
    const { url } = v.parse(v.object({ url: v.string() }), await reply.json());
    expect((await openSession().get(url)).status).toBe(200);
  });

  test("create, list, get, update and delete an installation", async () => {
    const created = await callApi(deployed, "POST", "/installations", {
      platform: "slack",
      organization_id: "T0IMPORT",
      organization_name: "Import",
      access_token: "xoxb-FAKE",
      installed_by: "ops@example.com",
    });
    const { id } = v.parse(v.object({ id: v.string() }), await created.json());

    const list = await callApi(deployed, "GET", "/installations?organization_id=T0IMPORT");
    const item = await callApi(deployed, "GET", `/installations/${id}`);
    const patched = await callApi(deployed, "PATCH", `/installations/${id}`, { is_active: false });
    const secret = await invoke(deployed, "webhook-secret", { installation_id: id });
    const deleted = await callApi(deployed, "DELETE", `/installations/${id}?revoke=false`);

    expect([created, list, item, patched, deleted].map(({ status }) => status)).toEqual([
      201, 200, 200, 200, 200,
    ]);
    expect(await list.json()).toMatchObject({ items: [{ id }] });
    expect(secret).toMatchObject({ ok: true, answer: { webhook_secret: expect.any(String) } });
  });

  test("check the health of all installations, sweep and tick", async () => {
    const health = await invoke(deployed, "health-check", {});
    const sweep = await invoke(deployed, "sweep", {});
    const tick = await invoke(deployed, "tick", {});

    expect([health.ok, sweep.ok, tick.ok]).toEqual([true, true, true]);
  });
});

test("a failure has the error code as its errorType, and no stack", async () => {
  const sandbox = await deployed.sandboxOf("functions/token-lookup.handler");

  const outcome = await sandbox.invoke({ platform: "slack", organization_id: "T0NOBODY" });

  expect(outcome).toMatchObject({ ok: false, error: { errorType: "installation_not_found" } });
  expect(outcome.ok || outcome.error.trace.filter((line) => /^\s+at /.test(line))).toEqual([]);
});

test("a warm sandbox keeps no socket, log line or installation of an earlier request", async () => {
  const [one, two] = [await installOnSlack("T0FIRST"), await installOnSlack("T0SECOND")];
  const sandbox = await deployed.sandboxOf("functions/token-lookup.handler");
  await sandbox.invoke({ installation_id: one });
  const sockets = await sandbox.sockets();
  const written = sandbox.output().stdout.length;

  const outcomes = [];
  for (let turn = 0; turn < WARM_REQUESTS; turn += 1) {
    outcomes.push(await sandbox.invoke({ installation_id: two }));
  }

  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  expect(JSON.stringify(outcomes)).not.toContain(one);
  expect(sandbox.output().stdout.slice(written)).not.toContain(one);
  expect(await sandbox.sockets()).toBe(sockets);
});

test("functions write only JSON lines to standard output, and nothing to standard error", async () => {
  for (const handler of handlers) {
    const { stdout, stderr } = (await deployed.sandboxOf(handler)).output();
    const lines = stdout.split("\n").filter((line) => line !== "");

    expect(lines.map((line) => v.safeParse(Line, line).success)).not.toContain(false);
    expect(stderr, handler).toBe("");
  }
});
