import { afterEach, expect, test } from "vitest";
import { IMPORT, importInstallation } from "../cases/imported.ts";
import { TOKEN_LOOKUP, toLookupProcess } from "../support/lookup-process.ts";
import { outcomes, plant, works } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi, GITHUB_APP } from "../support/stack.ts";

const TTL_MS = 301_000;
/** Longer than a secret that was just read is taken for the newest. */
const RELOAD_MS = 11_000;
const KINDS = ["throttling", "internal", "hang"] as const;

const stack = await startSandboxedStack({ variables: GITHUB_APP });
const { aws, sandboxes } = stack;
const { sql } = stack.database;
const SLACK_IMPORT = { ...IMPORT, platform: "slack" };
const id = await importInstallation(stack, SLACK_IMPORT);

afterEach(() => {
  aws.fail(undefined);
  stack.use(sandboxes);
});

/** How often the tokens' ring was asked for. */
function countReads(): number {
  const ring = aws.secretArn("token-keyring");
  return aws.calls.filter(({ resource }) => resource === ring).length;
}

test("F-38 a sandbox reads a secret once for 200 lookups, and once more when it is five minutes old", async () => {
  const before = countReads();
  const sandbox = await stack.startCold({ handlers: [TOKEN_LOOKUP] });
  const process = toLookupProcess(sandbox);

  const first = await process.lookUp({ installation_id: id }, { times: 200 });
  const reads = countReads() - before;
  await process.skewClock(TTL_MS);
  const later = await process.lookUp({ installation_id: id }, { times: 200 });

  expect([...first, ...later].filter(({ ok }) => ok)).toHaveLength(400);
  expect([reads, countReads() - before]).toEqual([1, 2]);
});

test.each(KINDS)(
  "F-38 a warm sandbox goes on while Secrets Manager fails (%s), past the age of its secrets too",
  async (kind) => {
    const sandbox = await stack.startCold({ handlers: [TOKEN_LOOKUP] });
    const process = toLookupProcess(sandbox);
    await process.lookUp({ installation_id: id });
    aws.fail({ service: "secretsmanager", kind });

    const fresh = await process.lookUp({ installation_id: id }, { times: 50 });
    await process.skewClock(TTL_MS);
    const stale = await process.lookUp({ installation_id: id }, { times: 50 });

    expect(fresh.filter(({ ok }) => ok)).toHaveLength(50);
    expect(stale.filter(({ ok }) => ok)).toHaveLength(50);
  },
);

test.each(KINDS)(
  "F-38 a cold sandbox is 503 within 3 s while Secrets Manager fails (%s), and good as soon as it is back",
  async (kind) => {
    aws.fail({ service: "secretsmanager", kind });
    const sandbox = await stack.startCold({
      handlers: [
        TOKEN_LOOKUP,
        "functions/authorize.handler",
        "functions/installations/create.handler",
      ],
    });
    const process = toLookupProcess(sandbox);
    stack.use([sandbox]);
    stack.takeTimes();

    const lookup = await process.lookUp({ installation_id: id });
    const started = await fetch(`${stack.url}/oauth/slack/authorize`, { redirect: "manual" });
    const body = { ...SLACK_IMPORT, organization_id: `T0${kind.toUpperCase()}` };
    const created = await callApi(stack, "POST", "/installations", body);
    const times = stack.takeTimes();
    aws.fail(undefined);
    const again = await process.lookUp({ installation_id: id });

    expect(outcomes(lookup)).toEqual(["retry_later"]);
    expect([started.status, created.status]).toEqual([503, 503]);
    expect(created.headers.has("retry-after")).toBe(true);
    expect(lookup[0]?.milliseconds).toBeLessThan(3_000);
    expect(Math.max(...times)).toBeLessThan(3_000);
    expect(again).toMatchObject([{ ok: true }]);
  },
);

test.each(["slack", "jira"] as const)(
  "F-39 a client secret of %s that was rotated under a warm sandbox: one refusal, one reload, a good token, no row marked",
  async (platform) => {
    const right = `{"client_secret":"local-${platform}-secret"}`;
    const sandbox = await stack.startCold({ handlers: [TOKEN_LOOKUP] });
    const process = toLookupProcess(sandbox);
    aws.putSecret(platform, '{"client_secret":"the-old-client-secret"}');
    await process.lookUp({ installation_id: await plant(stack, platform) });
    aws.putSecret(platform, right);
    await process.skewClock(RELOAD_MS);
    const installed = await plant(stack, platform);
    const reads = () =>
      aws.calls.filter((call) => call.resource === aws.secretArn(platform)).length;
    const before = reads();

    const [token = ""] = outcomes(await process.lookUp({ installation_id: installed }));

    expect(await works(stack, platform, token)).toBe(true);
    expect(reads() - before).toBe(1);
    expect(await sql`select id from installations where not is_active`).toEqual([]);
  },
);
