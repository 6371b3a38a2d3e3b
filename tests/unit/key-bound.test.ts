import { expect, test } from "vitest";
import { SEALED_COLUMNS } from "../../core/sealing/sealed-column-names.ts";
import { type RowKey, sealColumn } from "../../core/sealing/sealed-columns.ts";
import type { SealContext } from "../../core/sealing/sealer.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { newKeyRing, sealerOf } from "../support/keyrings.ts";

/** How many texts one key of AES-GCM may encrypt with random nonces: NIST SP 800-38D, section 8.3. */
const MAX_TEXTS = 2 ** 32;

/** As docs/keys.md says: each key ring is rotated at least once a year. */
const ROTATION_SECONDS = 366 * 86_400;

/** The routes that encrypt under a key that belongs to no organization: each one text by request. */
const ROUTES = {
  state: ["authorize", "github-setup"],
  cookie: ["authorize", "github-setup"],
  // In its URL and in its row.
  "install-link": ["install-links-create", "install-links-create"],
  cursor: ["installations-list", "install-links-list"],
  // Grants that wait for the choice of a Jira site.
  token: ["callback"],
};

test.each(Object.entries(ROUTES))(
  "C5 the key for the purpose %s stays within its bound for a year of requests at the limit of its routes",
  (_, names) => {
    const routes = names.flatMap((wanted) =>
      functionsTriggeredBy("route").filter(({ name }) => name === wanted),
    );
    const perSecond = routes.map(({ trigger }) => trigger.throttle.requestsPerSecond);

    expect(routes).toHaveLength(names.length);
    const texts = perSecond.reduce((sum, rate) => sum + rate, 0) * ROTATION_SECONDS;
    expect(texts).toBeLessThan(MAX_TEXTS);
  },
);

test.each(SEALED_COLUMNS)(
  "C5 the column %s is encrypted under a key of its organization",
  async (column) => {
    const contexts: SealContext[] = [];
    const sealer = sealerOf(newKeyRing());
    const recording = {
      ...sealer,
      seal(context: SealContext, text: string) {
        contexts.push(context);
        return sealer.seal(context, text);
      },
    };
    const row: RowKey = {
      platform: "slack",
      organizationId: "T1",
      kind: "slack_bot",
      providerInstallationId: null,
      clientId: "client-1",
    };
    const rows: readonly RowKey[] = [
      row,
      { ...row, organizationId: "T2" },
      { ...row, platform: "jira" },
    ];

    for (const each of rows) await sealColumn(recording, column, each, "secret");

    const organizations = contexts.map(({ organization }) => organization);
    expect(organizations.filter((organization) => organization !== undefined)).toHaveLength(3);
    expect(new Set(organizations).size).toBe(3);
  },
);
