import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { consent, openSession } from "../support/browser-session.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { repeat } from "./figures.ts";

const TIMES = 100;

const stack = await startSandboxedStack({ sandboxes: 4 });
const { sql } = stack.database;

async function countRows(): Promise<number> {
  const [row] = await sql<[{ count: number }?]>`select count(*)::int as count from installations`;
  return row?.count ?? Number.NaN;
}

/** How often the platform was asked to exchange a code. */
function countExchanges(): number {
  const exchange = "/login/oauth/access_token";
  return stack.platforms.control.requests().filter(({ path }) => path === exchange).length;
}

test("F-46 one organization is installed 100 times at once, in 4 processes: 100 successes, one row", async () => {
  const flows = await Promise.all(
    Array.from({ length: TIMES }, async () => {
      const session = openSession();
      return { session, callback: await consent(stack, session, undefined, { login: "crowd" }) };
    }),
  );

  const replies = await Promise.all(
    flows.map(({ session, callback }) => session.get(callback, { accept: "application/json" })),
  );

  const installed = await Promise.all(replies.map(async (reply) => reply.json()));
  const ids = installed.map((body) => v.parse(InstallSuccess, body).installation_id);
  expect(replies.map(({ status }) => status)).toEqual(Array(TIMES).fill(200));
  expect(new Set(ids).size).toBe(1);
  expect(await countRows()).toBe(1);
});

test("F-47 one state is used 100 times at once, in 4 processes, 20 rounds: one winner and one exchange each round", async () => {
  const before = countExchanges();

  const winners = await repeat(20, async (round) => {
    const session = openSession();
    const callback = await consent(stack, session, undefined, { login: `round${round}` });
    const cookie = [...session.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, accept: "application/json" };
    const replies = await Promise.all(
      Array.from({ length: TIMES }, () => fetch(callback, { headers })),
    );
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(TIMES - 1);
    return statuses.filter((status) => status === 200).length;
  });

  expect(winners).toEqual(Array(20).fill(1));
  expect(countExchanges() - before).toBe(20);
});
