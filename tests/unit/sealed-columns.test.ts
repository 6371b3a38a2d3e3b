import { describe, expect, test } from "vitest";
import { SEALED_COLUMNS, type SealedColumn } from "../../core/sealing/sealed-column-names.ts";
import {
  openColumn,
  openWebhookSecret,
  type RowKey,
  sealColumn,
} from "../../core/sealing/sealed-columns.ts";
import { sealerOf } from "../support/keyrings.ts";

const sealer = sealerOf();

const ROW: RowKey = {
  platform: "github",
  organizationId: "67890",
  kind: "github_app",
  providerInstallationId: "12345",
  clientId: "Iv1.client",
};

const BOUND_TO_REGISTRATION = SEALED_COLUMNS.filter((column) => column !== "webhook_secret");

const OTHER_ORGANIZATIONS: [string, Partial<RowKey>][] = [
  ["another platform", { platform: "slack" }],
  ["another organization", { organizationId: "6789" }],
];

const OTHER_REGISTRATIONS: [string, Partial<RowKey>][] = [
  ["another kind of app", { kind: "oauth_app" }],
  ["another installation of the platform", { providerInstallationId: "12346" }],
  ["no installation of the platform", { providerInstallationId: null }],
  ["another client id", { clientId: "Iv1.other" }],
  [
    "fields that join to the same text",
    { providerInstallationId: "12345Iv1.", clientId: "client" },
  ],
];

async function expectRefused(column: SealedColumn, change: Partial<RowKey>): Promise<void> {
  const sealed = await sealColumn(sealer, column, ROW, "gho_FAKE1");
  expect(await openColumn(sealer, column, ROW, sealed)).toBe("gho_FAKE1");

  await expect(openColumn(sealer, column, { ...ROW, ...change }, sealed)).rejects.toMatchObject({
    code: "decryption_failed",
    reason: "not_authentic",
  });
}

describe.each(SEALED_COLUMNS)("what is sealed in %s", (column) => {
  test.each(OTHER_ORGANIZATIONS)("does not open in a row of %s", async (_, change) => {
    await expectRefused(column, change);
  });

  test.each(SEALED_COLUMNS.filter((other) => other !== column))(
    "does not open in %s of its own row",
    async (other) => {
      const sealed = await sealColumn(sealer, column, ROW, "gho_FAKE1");

      await expect(openColumn(sealer, other, ROW, sealed)).rejects.toMatchObject({
        code: "decryption_failed",
      });
    },
  );
});

describe.each(BOUND_TO_REGISTRATION)("what is sealed in %s", (column) => {
  test.each(OTHER_REGISTRATIONS)("does not open in a row with %s", async (_, change) => {
    await expectRefused(column, change);
  });
});

test("a webhook secret opens whatever the registration of its organization is", async () => {
  const { platform, organizationId } = ROW;
  const sealed = await sealColumn(sealer, "webhook_secret", ROW, "webhook-secret-1");

  for (const [, change] of OTHER_REGISTRATIONS) {
    const row = { ...ROW, ...change };
    expect(await openColumn(sealer, "webhook_secret", row, sealed)).toBe("webhook-secret-1");
  }
  expect(await openWebhookSecret(sealer, { platform, organizationId }, sealed)).toBe(
    "webhook-secret-1",
  );
});

test("two organizations have no key in common", async () => {
  const asked = new Set<string>();
  const ring = {
    primary: "k1",
    subkey(_: string, purpose: string, organization = "") {
      asked.add(`${purpose} ${organization}`);
      return undefined;
    },
  };

  for (const organizationId of ["1", "2"]) {
    for (const column of SEALED_COLUMNS) {
      const sealed = sealColumn(sealerOf(ring), column, { ...ROW, organizationId }, "");
      await expect(sealed).rejects.toThrow();
    }
  }

  expect([...asked]).toEqual([
    "token default/github/1",
    "webhook-secret default/github/1",
    "token default/github/2",
    "webhook-secret default/github/2",
  ]);
});
