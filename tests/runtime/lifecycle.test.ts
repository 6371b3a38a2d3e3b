import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { functionTable } from "../../infra/function-table.ts";
import { handlers } from "../../package/bundles.ts";
import { openSession } from "../support/browser-session.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { invoke } from "../support/stack.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { startDeployed } from "./deployed.ts";

const TOKEN_LOOKUP = "functions/token-lookup.handler";
const LOOKUP = { platform: "slack", organization_id: "T0ACME" };
/** A URL where no server listens: port 9 is closed on current machines. */
const NOWHERE = "postgres://nobody:secret@127.0.0.1:9/nothing";

/** All handlers except `migrate` read their variables at the start. */
const readAtStart = handlers.filter((handler) => handler !== "functions/migrate.handler");

/** The handlers that use a setting. An update of an installation uses none. */
const readConfiguration = functionTable
  .filter(({ name, access }) => access.needsPlatformConfig && name !== "installations-update")
  .map(({ handler }) => handler);

const deployed = await startDeployed();
const session = openSession();
await session.get(await consentSlack(deployed, session, LOOKUP.organization_id));

/** Starts a proxy to the database, with which a test simulates network failures. */
async function startNetwork() {
  const proxy = await startTcpProxy(deployed.database.settings);
  onTestFinished(() => proxy.close());
  const url = new URL(deployed.database.url);
  url.port = `${proxy.port}`;
  return { proxy, environment: { DATABASE_URL: url.href } };
}

describe("init", () => {
  test.each(readAtStart)(
    "fails with the name of a malformed variable, without its value: %s",
    async (handler) => {
      const wrong = `wrong-${randomBytes(8).toString("hex")}`;
      const environment = {
        METRICS_NAMESPACE: `${wrong}!`,
        DATABASE_URL: wrong,
        PUBLIC_URL: wrong,
      };

      const failure = await deployed.start(handler, environment).then(
        () => undefined,
        (error: unknown) => error,
      );

      const sentence =
        /^The environment variable (METRICS_NAMESPACE|DATABASE_URL|PUBLIC_URL) is missing or malformed\.$/;
      expect(failure).toMatchObject({
        name: "InitError",
        message: expect.stringMatching(sentence),
      });
      expect(JSON.stringify(failure)).not.toContain(wrong);
    },
  );

  test.each(readConfiguration)(
    "fails with a sentence for each mistake in the configuration, without its value: %s",
    async (handler) => {
      const file = path.join(await mkdtemp(path.join(tmpdir(), "gk-wrong-")), "wrong.json");
      const wrong = {
        brand: { name: "Patchwork", accent: "canary" },
        languages: ["canary"],
        retentionDays: "canary",
      };
      await writeFile(file, JSON.stringify(wrong));

      const failure = await deployed.start(handler, { CONFIGURATION_FILE: file }).then(
        () => undefined,
        (error: unknown) => error,
      );

      expect(failure).toMatchObject({
        name: "InitError",
        message: `The configuration has 3 mistakes:
  brand.accent must be a color such as #4338ca.
  languages[0] must be one of "en", "de", "es", "fr", "ja".
  retentionDays must be a number.`,
      });
      expect(JSON.stringify(failure)).not.toContain("canary");
    },
  );

  test("survives an outage of Secrets Manager: the first request after it succeeds", async () => {
    deployed.aws.fail({ service: "secretsmanager", kind: "internal" });
    const sandbox = await deployed.start(TOKEN_LOOKUP);
    const during = await sandbox.invoke(LOOKUP);
    deployed.aws.fail(undefined);
    const after = await sandbox.invoke(LOOKUP);

    expect(during).toMatchObject({ ok: false, error: { errorType: "retry_later" } });
    expect(after).toMatchObject({ ok: true });
  });

  test("survives an outage of the database: requests fail with retry_later", async () => {
    const sandbox = await deployed.start(TOKEN_LOOKUP, { DATABASE_URL: NOWHERE });

    const outcome = await sandbox.invoke(LOOKUP);

    expect(outcome).toMatchObject({ ok: false, error: { errorType: "retry_later" } });
    expect(JSON.stringify(outcome)).not.toContain("secret@");
  });
});

describe("a failure of the database", () => {
  test("is logged with the name of its class, also after minifying", async () => {
    const sandbox = await deployed.start(TOKEN_LOOKUP, {
      DATABASE_URL: deployed.database.url.replace(/\/[^/]+$/, "/no_such_database"),
    });

    await sandbox.invoke(LOOKUP);

    expect(sandbox.output().stdout).toContain("PostgresError 3D000");
  });
});

describe("a function that exceeds its timeout", () => {
  test("is ended, and the next sandbox responds", async () => {
    deployed.aws.fail({ service: "secretsmanager", kind: "hang" });
    const slow = await deployed.start(TOKEN_LOOKUP, {}, { timeoutMs: 500 });
    const outcome = await slow.invoke(LOOKUP);
    deployed.aws.fail(undefined);
    const next = await deployed.start(TOKEN_LOOKUP);

    expect(outcome).toMatchObject({ ok: false, error: { errorType: "Sandbox.Timedout" } });
    expect(await next.invoke(LOOKUP)).toMatchObject({ ok: true });
  });
});

describe("a sandbox that was frozen", () => {
  test.each(["reset", "blackhole"] as const)(
    "responds within 1.5 s when its connection was lost: %s",
    async (end) => {
      const { proxy, environment } = await startNetwork();
      const sandbox = await deployed.start(TOKEN_LOOKUP, environment);
      expect(await sandbox.invoke(LOOKUP)).toMatchObject({ ok: true });

      sandbox.signal("SIGSTOP");
      proxy[end]();
      await sleep(1_000);
      const startedAt = performance.now();
      const answer = sandbox.invoke(LOOKUP);
      sandbox.signal("SIGCONT");

      expect(await answer).toMatchObject({ ok: true });
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    },
  );
});

test("an invocation through the SDK reaches the bundle", async () => {
  expect(await invoke(deployed, "token-lookup", LOOKUP)).toMatchObject({ ok: true });
});
