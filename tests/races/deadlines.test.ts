import { describe, expect, test } from "vitest";
import { startLookupProcess } from "../support/lookup-process.ts";
import { countCalls, outcomes, plant, setLife, works } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const process = await startLookupProcess();

async function leaseOf(id: string) {
  const [row] = await sql`
    select refresh_lease_owner as owner, refresh_lease_until as until from installations
    where id = ${id}
  `;
  return row;
}

describe.each(["slack", "jira", "github"] as const)("%s", (platform) => {
  test("with 0.8 s left, an expired token is retry_later and nobody is called", async () => {
    const id = await plant(stack, platform);
    const before = countCalls(stack, platform);

    const answers = await process.lookUp({ installation_id: id }, { remainingMs: 800 });

    expect(outcomes(answers)).toEqual(["retry_later"]);
    expect(countCalls(stack, platform)).toBe(before);
    expect(await leaseOf(id)).toEqual({ owner: null, until: null });
  });

  test("with 16 s left, no lease is taken: a token that lives is answered, in its margin too", async () => {
    const id = await plant(stack, platform);
    const request = { installation_id: id };
    const [token] = outcomes(await process.lookUp(request));
    await setLife(sql, id, 180);
    const before = countCalls(stack, platform);

    const answers = await process.lookUp(request, { remainingMs: 16_000 });

    expect(outcomes(answers)).toEqual([token]);
    expect(countCalls(stack, platform)).toBe(before);
    expect(await leaseOf(id)).toEqual({ owner: null, until: null });
  });
});

test("with 11 s left, an expired token waits for somebody with more time, and gets what that one renews", async () => {
  const other = await startLookupProcess();
  const id = await plant(stack, "jira");
  const request = { installation_id: id };

  const waiting = process.lookUp(request, { remainingMs: 11_000 });
  const renewed = outcomes(await other.lookUp(request));
  const waited = outcomes(await waiting);

  expect(waited).toEqual(renewed);
  expect(await works(stack, "jira", waited[0] ?? "")).toBe(true);
});

test("with 11 s left and nobody else, an expired token is retry_later in the end, and nobody was called", async () => {
  const id = await plant(stack, "jira");
  const before = countCalls(stack, "jira");

  const answers = await process.lookUp({ installation_id: id }, { remainingMs: 11_000 });

  expect(outcomes(answers)).toEqual(["retry_later"]);
  expect(countCalls(stack, "jira")).toBe(before);
  expect(await leaseOf(id)).toEqual({ owner: null, until: null });
});
