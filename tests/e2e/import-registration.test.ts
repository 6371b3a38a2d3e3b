import { beforeEach, describe, expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { importRows } from "../support/moved.ts";
import { startTestStack } from "../support/stack.ts";

const ROW = {
  platform: "github",
  organization_id: "42",
  organization_name: "octo-org",
  access_token: "gho_CANARYCANARYCANARY",
  installed_by: "operator@example.com",
};

const stack = await startTestStack();
const { sql } = stack.database;

beforeEach(async () => {
  await emptyTables(sql, "installations");
});

describe("import", () => {
  test("stores the client id that is configured, and accepts it in a line", async () => {
    const { clientId } = exampleApps.github;

    const { created, errors } = await importRows(stack, [
      ROW,
      { ...ROW, organization_id: "43", client_id: clientId },
    ]);

    expect({ created, errors }).toEqual({ created: 2, errors: [] });
    const rows = await sql`select distinct client_id from installations`;
    expect(rows).toEqual([{ client_id: clientId }]);
  });

  test.each([true, false])(
    "refuses a line of another registration or of a kind that is not configured, dry run: %s",
    async (dry_run) => {
      const app = { ...ROW, organization_id: "44", provider_installation_id: "4711" };
      const lines = [ROW, { ...ROW, organization_id: "43", client_id: "Iv1.canary" }, app];

      const result = await importRows(stack, lines, { dry_run });

      expect(result).toEqual({
        dry_run,
        created: 0,
        unchanged: 0,
        verified: 0,
        errors: [
          {
            line: 2,
            error: "platform_not_configured",
            error_description:
              "GitHub is configured here with another client_id than this line has.",
          },
          {
            line: 3,
            error: "platform_not_configured",
            error_description: "GitHub is not configured here.",
          },
        ],
      });
      expect(await sql`select id from installations`).toEqual([]);
    },
  );
});
