import { createPublicKey } from "node:crypto";
import { decodeJwt } from "jose";
import * as v from "valibot";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { createGithubApp } from "../../core/providers/github/app.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { startApp } from "../emulators/emulated-github-app.ts";

const CLIENT_ID = "Iv23liGITHUBAPP";
const CLIENT_SECRET = "github-app-secret";
const APP_ID = 4711;
const INSTALLATION = "/api/app/installations/*";
const MINT = `${INSTALLATION}/access_tokens`;

const RequestHeaders = v.object({ authorization: v.string() });

const key = await generateGithubAppKey();
const app = { appId: APP_ID, publicKey: createPublicKey(key) };

/** An App that is installed on octocat, and the grant of that installation. */
async function installed({ appId = APP_ID, isEnterpriseServer = false } = {}) {
  const platforms = await startApp(app, { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
  const { githubUrl, githubApiUrl, control } = platforms;
  const { id } = await control.github.install({ account: "octocat" });
  const provider = createGithubApp({
    clientId: CLIENT_ID,
    clientSecret: { use: (call) => call(CLIENT_SECRET) },
    appId: String(appId),
    slug: "grantkeep",
    permissions: [],
    privateKey: { use: (call) => call(key) },
    urls: { web: githubUrl, api: isEnterpriseServer ? `${githubApiUrl}/v3` : githubApiUrl },
  });
  const grant = {
    organizationId: "583231",
    providerInstallationId: String(id),
    accessToken: null,
    refreshToken: null,
    signal: AbortSignal.timeout(10_000),
  };
  return { control, provider, grant };
}

async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw new Error("It did not fail with a ServiceError.");
  return error;
}

/** The headers of a primary rate limit that is reset after so many seconds. */
function exhausted(seconds: number): Record<string, string> {
  const reset = Math.floor(Date.now() / 1000) + seconds;
  return { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
}

describe("a GitHub App", () => {
  test.each([
    ["client id on github.com and GHE.com", false, CLIENT_ID],
    ["App id on an Enterprise Server", true, String(APP_ID)],
  ])("D8 issues its JWTs by its %s", async (_, isEnterpriseServer, issuer) => {
    const { provider, grant } = await installed({ isEnterpriseServer });
    const sent = vi.spyOn(globalThis, "fetch");
    onTestFinished(() => sent.mockRestore());

    await provider.refresh(grant);

    const [[, request] = []] = sent.mock.calls;
    const { authorization } = v.parse(RequestHeaders, request?.headers);
    expect(decodeJwt(authorization.replace("Bearer ", ""))).toMatchObject({ iss: issuer });
  });

  test("D5 does not end on an account of a type that nobody knows yet", async () => {
    const { control, provider, grant } = await installed();
    const account = { id: 583231, login: "octocat", type: "Team" };
    const body = { id: 1, app_id: APP_ID, account, repository_selection: "some" };
    const fault = { kind: "status", status: 200, body } as const;
    control.addFault({ platform: "github", path: INSTALLATION, fault });

    expect(await provider.check(grant)).toMatchObject({
      status: "active",
      organizationName: "octocat",
    });
  });

  test.each([202, 204])("D7 takes status %d for an uninstall", async (status) => {
    const { control, provider, grant } = await installed();
    const fault = { kind: "status", status } as const;
    control.addFault({ platform: "github", path: INSTALLATION, fault });

    await expect(provider.revoke(grant)).resolves.toBeUndefined();
  });

  test.each([
    ["a secondary limit without a time", {}, "You have exceeded a secondary rate limit.", 60],
    ["a secondary limit with a time", { "retry-after": "17" }, "Secondary rate limit.", 17],
    ["a primary limit", exhausted(90), "API rate limit exceeded for installation ID 1.", 90],
    ["a limit that is reset by now", exhausted(-5), "API rate limit exceeded.", 1],
  ])("D9 waits for %s, after one request", async (_, headers, message, seconds) => {
    const { control, provider, grant } = await installed();
    const body = { message, documentation_url: "https://docs.github.com/rest" };
    const fault = { kind: "status", status: 403, headers, body } as const;
    control.addFault({ platform: "github", path: MINT, fault });
    const before = control.requests().length;

    const failure = await failureOf(provider.refresh(grant));

    expect(failure.code).toBe("provider_rate_limited");
    expect(Math.abs((failure.retryAfterSeconds ?? 0) - seconds)).toBeLessThanOrEqual(5);
    expect(control.requests()).toHaveLength(before + 1);
  });
});
