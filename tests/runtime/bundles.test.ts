import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ways } from "../../bench/cold-start/ways.ts";
import type { Access } from "../../infra/function-definition.ts";
import { functionsTriggeredBy, functionTable } from "../../infra/function-table.ts";
import {
  type Bundle,
  buildBundle,
  handlers,
  sources,
  sourcesAtStart,
} from "../../package/bundles.ts";

const routed = functionsTriggeredBy("route");
const direct = [
  ...functionsTriggeredBy("invoke"),
  ...functionsTriggeredBy("schedule"),
  ...functionsTriggeredBy("events"),
];

/** It returns JSON, and uses nothing of AWS. */
const HEALTH = "functions/health.handler";

/** The routes that a browser opens: all others return JSON only. */
const PAGES = routed.filter(
  ({ handler, trigger }) => trigger.auth === "public" && handler !== HEALTH,
);

const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-bundles-"));
afterAll(() => rm(folder, { recursive: true }));

const bundles = new Map<string, Bundle>();
for (const handler of handlers) {
  bundles.set(handler, await buildBundle(handler, path.join(folder, handler.replaceAll("/", "-"))));
}

/** Returns the handlers whose bundle has a source with this text in its path. */
function holders(part: string, list: (bundle: Bundle) => string[] = sources): string[] {
  return [...bundles].filter(([, bundle]) => hasSource(list(bundle), part)).map(([name]) => name);
}

function hasSource(list: readonly string[], part: string): boolean {
  return list.some((source) => source.includes(part));
}

function handlersWith(may: (access: Access) => boolean): string[] {
  return functionTable.filter(({ access }) => may(access)).map(({ handler }) => handler);
}

describe("a bundle holds", () => {
  test("the database client exactly if the function needs the database", () => {
    const users = handlersWith(({ needsDatabase }) => needsDatabase);

    expect(holders("node_modules/postgres/")).toEqual(users);
  });

  test("the encryption of tokens exactly if the function may read their key ring", () => {
    const users = handlersWith(({ readsSecrets }) => readsSecrets.includes("token-keyring"));

    expect(holders("core/sealing/sealed-columns.ts")).toEqual(users);
    for (const handler of holders("core/postgres/token-store.ts")) expect(users).toContain(handler);
  });

  test("the platforms exactly if the function has their settings and calls them", () => {
    const users = handlersWith(({ needsPlatformConfig }) => needsPlatformConfig);
    const withoutCalls = [
      "functions/webhook-secret.handler",
      "functions/installations/update.handler",
    ];

    expect(holders("core/providers/slack/provider.ts")).toEqual(
      users.filter((handler) => !withoutCalls.includes(handler)),
    );
  });

  test("jose with GitHub Apps, where it is loaded on first use, in Jira's webhook and in export", () => {
    const atStart = ["functions/export.handler", "functions/webhooks/jira.handler"];
    const users = new Set([...holders("core/providers/github/app.ts"), ...atStart]);

    expect(holders("node_modules/jose/").sort()).toEqual([...users].sort());
    expect(holders("node_modules/jose/", sourcesAtStart).sort()).toEqual(atStart);
  });

  test("the EventBridge client where the function publishes events, loaded on first use", () => {
    const publishers = handlersWith(({ publishesEvents }) => publishesEvents);

    expect(holders("client-eventbridge")).toEqual(expect.arrayContaining(publishers));
    expect(holders("client-eventbridge", sourcesAtStart)).toEqual([]);
  });

  test("the validation of OAuth responses in the steps of the install flow only", () => {
    expect(holders("node_modules/oauth4webapi/")).toEqual([
      "functions/authorize.handler",
      "functions/callback.handler",
      "functions/github-setup.handler",
    ]);
  });

  test("pages exactly if a browser opens the route", () => {
    expect(holders("functions/http/pages/layout.ts")).toEqual(PAGES.map(({ handler }) => handler));
  });

  test("HTTP and its logger exactly if the function has a route", () => {
    for (const part of ["node_modules/@middy/", "functions/http/endpoint"]) {
      expect(holders(part), part).toEqual(routed.map(({ handler }) => handler));
    }
    const holding = holders("@aws-lambda-powertools");
    for (const { handler } of direct) expect(holding).not.toContain(handler);
  });

  test("no credential provider except the one for environment variables", () => {
    for (const part of ["credential-provider-ini", "credential-provider-sso", "nested-clients"]) {
      expect(holders(part), part).toEqual([]);
    }
    expect(holders("credential-provider-env")).toEqual(
      handlers.filter((handler) => handler !== HEALTH),
    );
  });

  test("nothing from local mode, the command, the emulators, the tests or SST", () => {
    for (const part of [
      "local/",
      "cli/",
      "emulators/",
      "tests/",
      "bench/",
      "infra/",
      "node_modules/sst",
    ]) {
      expect(holders(part), part).toEqual([]);
    }
  });
});

test.each(handlers)("no built-in module is loaded at a cold start: %s", (handler) => {
  const outputs = Object.values(bundles.get(handler)?.metafile.outputs ?? {});
  const imports = outputs.flatMap((output) => output.imports);

  expect(imports.filter(({ kind, external }) => external && kind === "import-statement")).toEqual(
    [],
  );
});

test("every way of the cold-start benchmark bundles token-lookup", async () => {
  for (const { name, options } of await ways()) {
    const bundle = await buildBundle(
      "functions/token-lookup.handler",
      path.join(folder, "way"),
      options,
    );

    expect(bundle.bytes, name).toBeGreaterThan(0);
  }
});
