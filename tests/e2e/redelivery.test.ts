import { expect, test } from "vitest";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;

async function install(login: string): Promise<string> {
  const reply = await installGithubAppAs(stack, { login });
  await control.github.deliveries();
  return String(Object(await reply.json()).installation_id);
}

const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();

/** Runs `tick` after so many minutes. */
async function tickAfter(minutes: number) {
  await sql`
    update redeliveries set next_try_at = next_try_at - make_interval(mins => ${minutes})
  `;
  await sql`
    update delivery_scans set next_scan_at = next_scan_at - make_interval(mins => ${minutes})
  `;
  const result = await invoke(stack, "tick", {});
  await control.github.deliveries();
  return Object(result.ok ? result.answer : result);
}

/** Makes the database refuse the claims of deliveries, so that they get 503. */
async function whileDeliveriesFail(act: () => Promise<unknown>): Promise<void> {
  await sql`alter table deliveries rename to deliveries_away`;
  await act();
  await control.github.deliveries();
  await sql`alter table deliveries_away rename to deliveries`;
}

test("a delivery that got 503 is requested again from GitHub, until it has a success", async () => {
  const id = await install("retried");
  await tickAfter(10);
  await whileDeliveriesFail(() => control.github.suspend({ account: "retried" }));
  const failed = (await control.github.deliveries()).at(-1);
  const before = await read(id);
  const first = await tickAfter(10);
  const after = await read(id);
  const second = await tickAfter(10);

  expect(failed?.status).toBe(503);
  expect(before).toMatchObject({ is_active: true });
  expect(first).toMatchObject({ redelivered: 1, failed: 0 });
  expect(after).toMatchObject({ is_active: false, inactive_reason: "suspended" });
  expect(second).toMatchObject({ redelivered: 0, failed: 0 });
  expect(await sql`select * from redeliveries`).toEqual([]);
});

test("a delivery that fails each time is requested five times", async () => {
  await install("hopeless");
  await tickAfter(10);
  await whileDeliveriesFail(() => control.github.suspend({ account: "hopeless" }));
  const requested: number[] = [];
  for (let run = 0; run < 8; run += 1) {
    // The request for another attempt is accepted, and the attempt fails as well.
    await sql`alter table deliveries rename column claimed_until to claimed_away`;
    requested.push(Number((await tickAfter(13 * 60)).redelivered));
    await sql`alter table deliveries rename column claimed_away to claimed_until`;
  }

  expect(requested.reduce((sum, count) => sum + count)).toBe(5);
});
