import { calculateJwkThumbprint } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { createCanaries } from "../cases/canaries.ts";
import { IMPORT, importInstallation } from "../cases/imported.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const key = await createExportKey();

/** GitHub has no OAuth App here. */
const SLACK = { platform: "slack" };

const SECRETS = {
  access_token: "xoxb-CANARYACCESSTOKEN",
  refresh_token: "xoxe-CANARYREFRESHTOKEN",
  webhook_secret: "canary-webhook-secret-1234",
};

const FULL = {
  platform: "slack",
  organization_id: "T0CANARY",
  organization_name: "Canary & Söhne",
  installed_by: "U0MIA",
  installed_by_id: "U0MIA",
  ...SECRETS,
  token_expires_at: "2030-01-01T00:00:00.123Z",
  token_stored_at: "2026-01-01T00:00:00.456Z",
  refresh_token_expires_at: "2031-01-01T00:00:00.000Z",
  scopes: ["chat:write", "channels:read"],
  metadata: { customer: "c-1", nested: { list: [1, null, "ü"] } },
  inactive_reason: null,
  installed_at: "2024-02-29T12:00:00.789Z",
};

const APP = {
  platform: "github",
  organization_id: "77",
  organization_name: "gone",
  installed_by: "mona",
  provider_installation_id: "4711",
  inactive_reason: "uninstalled",
};

beforeEach(async () => {
  await emptyTables(stack.database.sql, "installations");
});

describe("export", () => {
  test("returns a page that only the holder of the private key can decrypt", async () => {
    await importRows(stack, [FULL, APP]);
    const canaries = createCanaries();
    for (const [name, secret] of Object.entries(SECRETS)) canaries.plant(name, secret);

    const { content, rows, last_id, unreadable, ...page } = await exportPage(stack, key);

    expect({ rows, last_id, unreadable }).toEqual({ rows: 2, last_id: null, unreadable: [] });
    expect(content).toEqual([
      {
        ...FULL,
        id: expect.stringMatching(/^inst-/),
        kind: "slack_bot",
        client_id: exampleApps.slack.clientId,
        provider_installation_id: null,
      },
      {
        ...APP,
        id: expect.stringMatching(/^inst-/),
        kind: "github_app",
        client_id: exampleApps.github.clientId,
        access_token: null,
        refresh_token: null,
        token_expires_at: null,
        token_stored_at: expect.any(String),
        refresh_token_expires_at: null,
        scopes: [],
        webhook_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
        metadata: {},
        installed_at: expect.any(String),
        installed_by_id: null,
      },
    ]);
    const thumbprint = await calculateJwkThumbprint(key.publicKey);
    expect(page.protectedHeader).toMatchObject({
      alg: "ECDH-ES",
      enc: "A256GCM",
      kid: thumbprint,
    });
    expect(canaries.foundIn(page.ndjson)).toEqual(Object.keys(SECRETS));
    expect(canaries.foundIn(page.jwe)).toEqual([]);
    expect(canaries.foundIn(stack.output())).toEqual([]);
  });

  test("encrypts each page with a new key", async () => {
    await importInstallation(stack, SLACK);

    const pages = await Promise.all([exportPage(stack, key), exportPage(stack, key)]);

    expect(
      new Set(pages.map(({ protectedHeader }) => JSON.stringify(protectedHeader.epk))).size,
    ).toBe(2);
    expect(new Set(pages.map(({ ndjson }) => ndjson)).size).toBe(1);
  });

  test("logs how many rows were encrypted for which key, and who invoked it", async () => {
    await importInstallation(stack, SLACK);
    const before = stack.output().length;

    await exportPage(stack, key);

    const line = JSON.parse(stack.output().slice(before));
    expect(line).toMatchObject({
      outcome: "ok",
      Exports: 1,
      rows: 1,
      recipient: await calculateJwkThumbprint(key.publicKey),
      invoked_as: expect.stringContaining(":function:export"),
    });
  });

  test("returns pages that fit into a Lambda response, with every installation once", async () => {
    const note = "n".repeat(3_900);
    const rows = Array.from({ length: 1_500 }, (_, index) => ({
      ...IMPORT,
      ...SLACK,
      organization_id: String(index),
      metadata: { note },
    }));
    for (let start = 0; start < rows.length; start += 500) {
      await importRows(stack, rows.slice(start, start + 500));
    }

    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof exportPage>> = await exportPage(
        stack,
        key,
        after ?? undefined,
      );
      expect(page.jwe.length).toBeLessThan(4_000_000);
      expect(page.rows).toBeLessThanOrEqual(1_000);
      ids.push(...page.content.map(({ organization_id }) => organization_id));
      after = page.last_id;
    } while (after !== null);

    expect(ids.toSorted()).toEqual(rows.map(({ organization_id }) => organization_id).toSorted());
  });

  test("returns a page of a thousand small rows", async () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => ({
      ...IMPORT,
      ...SLACK,
      organization_id: String(index),
    }));
    await importRows(stack, rows.slice(0, 1_000));
    await importRows(stack, rows.slice(1_000));

    const first = await exportPage(stack, key);
    const second = await exportPage(stack, key, first.last_id ?? undefined);

    expect([first.rows, second.rows, second.last_id]).toEqual([1_000, 1, null]);
  });

  test("reports installations that cannot be decrypted, and continues", async () => {
    const broken = await importInstallation(stack, SLACK);
    await stack.database.sql`update installations set access_token = 'v1.k9.AAAA'`;
    await importInstallation(stack, { ...SLACK, organization_id: "43" });

    const page = await exportPage(stack, key);

    expect(page).toMatchObject({ rows: 1, unreadable: [broken], last_id: null });
  });

  const x = "A".repeat(43);
  test.each<[string, unknown]>([
    ["no key", {}],
    ["a key of another kind", { public_key: { kty: "EC", crv: "P-256", x, y: x } }],
    ["a private key", { public_key: { ...key.publicKey, d: x } }],
    ["a key of small order, on which anybody agrees", { public_key: { ...key.publicKey, x } }],
    ["a key that is too short", { public_key: { ...key.publicKey, x: x.slice(1) } }],
    ["a limit", { public_key: key.publicKey, limit: 1 }],
    ["an id of something else", { public_key: key.publicKey, after: "1 or true" }],
  ])("refuses %s", async (_, request) => {
    await importInstallation(stack, SLACK);

    const answer = await invoke(stack, "export", request);

    expect(answer).toMatchObject({ ok: false, error: "invalid_request" });
  });

  test("has no route", async () => {
    const responses = [
      await callApi(stack, "GET", "/export"),
      await callApi(stack, "POST", "/import", {}),
    ];

    expect(responses.map(({ status }) => status)).toEqual([404, 404]);
  });
});
