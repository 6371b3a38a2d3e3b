import { describe, expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { newName } from "../support/race-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

/** Attacks by somebody who can write to the database, and has no key. */
const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
control.github.holdDeliveries();

const victim = await control.github.install({ account: "victim" });

const BINDINGS = {
  provider_installation_id: String(victim.id),
  kind: "oauth_app",
  client_id: "Iv1.another",
} as const;

/** Other changes of the same statement, which make a lookup need a new token. */
const NO_TOKENS = {
  access_token: null,
  refresh_token: null,
  previous_refresh_token: null,
  token_expires_at: null,
};
const TOKENS = [
  ["alone", {}],
  ["with an access token that has expired", { token_expires_at: "2020-01-01T00:00:00Z" }],
  ["with all tokens null", NO_TOKENS],
  ["with all tokens null, but a new expiry", { ...NO_TOKENS, token_expires_at: "2040-01-01" }],
] as const;

const LOOKUPS = [{}, { permissions: { contents: "read" } }, { repositories: ["hello-world"] }];

const callsToGithub = () => control.requests().filter(({ path }) => path.startsWith("/api")).length;

describe.each(Object.entries(BINDINGS))("B6 one UPDATE of %s", (column, value) => {
  test.each(TOKENS)(
    "%s: plain and narrowed lookups are decryption_failed, and nobody asks GitHub for a token",
    async (_, tokens) => {
      const id = await installOn(stack, "github", newName());
      const usual = await invoke(stack, "token-lookup", { installation_id: id });
      await sql`update installations set ${sql({ [column]: value, ...tokens })} where id = ${id}`;
      const before = callsToGithub();

      const lookups = [];
      for (const narrowing of LOOKUPS) {
        lookups.push(await invoke(stack, "token-lookup", { installation_id: id, ...narrowing }));
      }
      const health = await invoke(stack, "health-check", { dry_run: false, limit: 1 });

      const error = "decryption_failed";
      expect(usual).toMatchObject({ ok: true });
      for (const lookup of lookups) expect(lookup).toMatchObject({ ok: false, error });
      expect(health).toMatchObject({
        answer: { findings: [{ installation_id: id, stored: "active", found: error }] },
      });
      expect(callsToGithub()).toBe(before);
    },
  );
});

test("B6 an installation that is made again at GitHub has another id there, and keeps its webhook secret", async () => {
  const account = newName();
  const id = await installOn(stack, "github", account);
  const secretOf = () => invoke(stack, "webhook-secret", { installation_id: id });
  const read = async () => (await callApi(stack, "GET", `/installations/${id}`)).json();
  const [first, before] = [await secretOf(), await read()];

  await control.github.uninstall({ account });
  const again = await installOn(stack, "github", account);
  const [second, after] = [await secretOf(), await read()];

  expect(again).toBe(id);
  expect(Object(after).provider_installation_id).not.toBe(Object(before).provider_installation_id);
  expect(first).toMatchObject({ ok: true });
  expect(second).toEqual(first);
});
