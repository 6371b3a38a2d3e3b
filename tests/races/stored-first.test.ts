import { expect, test } from "vitest";
import { startLookupProcess } from "../support/lookup-process.ts";
import { ageLeases, countCalls, outcomes, plant, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const [refresher, other] = await Promise.all([startLookupProcess(), startLookupProcess()]);

/** Makes the database reject every write of new tokens, until `accept` is called. */
async function rejectNewTokens(): Promise<{ accept(): Promise<unknown> }> {
  await sql`
    create function reject_tokens() returns trigger language plpgsql as $$
      begin
        raise exception 'rejected';
      end
    $$
  `;
  await sql`
    create trigger reject_tokens before update of access_token on installations
    for each row execute function reject_tokens()
  `;
  return { accept: () => sql`drop trigger reject_tokens on installations` };
}

test("new tokens that cannot be stored are not returned, and the next lookup gets others", async () => {
  const id = await plant(stack, "github");
  const request = { installation_id: id };
  const rejection = await rejectNewTokens();
  const before = countCalls(stack, "github");

  const failed = await refresher.lookUp(request);
  await rejection.accept();
  await ageLeases(sql, 60);
  const next = await other.lookUp(request);

  expect(countCalls(stack, "github")).toBe(before + 2);
  expect(failed).toMatchObject([{ ok: false, code: "server_error" }]);
  expect(next).toMatchObject([{ ok: true }]);
  expect(await works(stack, "github", outcomes(next)[0] ?? "")).toBe(true);
});
