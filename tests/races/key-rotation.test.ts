import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { resealStored } from "../../core/operations/rotate-keys.ts";
import type { SealedRows } from "../../core/ports/sealed-rows.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresSealedRows } from "../../core/postgres/sealed-rows.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { exampleApps } from "../../emulators/platforms.ts";
import { createKeyRingStore } from "../../functions/environment/keyring-store.ts";
import { updateDeps } from "../../functions/wiring/dependencies.ts";
import { readKeyRing } from "../cases/known-secrets.ts";
import { newInstallation, toInstall } from "../contract/stores.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { createOperator, SETTLED_SECONDS } from "../support/key-rotation.ts";
import { startLookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import { countCalls, LIFETIME_SECONDS, outcomes, plant, works } from "../support/race-installs.ts";
import { retried } from "../support/retried.ts";
import { startTestStack } from "../support/stack.ts";

const WORKER = new URL("../support/reseal-worker.ts", import.meta.url);
const PER_PLATFORM = 40;
/** Where commits are refused, each row takes several tries, with waits between them. */
const ROWS = process.env.DSQL_MODE === undefined ? 3_000 : 600;
const AT_ONCE = 10;
const KILLS = 20;

const stack = await startTestStack();
const { control } = stack.platforms;
const { sql } = stack.database;
const operator = createOperator(stack);
const database = createDatabase(async () => stack.database.settings);
afterAll(() => database.close());

/** Adds a key, and makes it the one that seals. */
async function changePrimary(): Promise<string> {
  const keyId = await operator.add();
  stack.aws.letTimePass(SETTLED_SECONDS);
  await operator.promote(keyId);
  return keyId;
}

/** Re-encrypts while other work runs, then to the end. */
async function resealDuring(other: Promise<unknown>): Promise<number> {
  let isOver = false;
  const over = other.finally(() => {
    isOver = true;
  });
  let resealed = 0;
  do resealed += (await operator.reseal()).resealed;
  while (!isOver);
  await over;
  await operator.resealAll();
  return resealed;
}

test("re-encryption disturbs no refresh and loses no token: each is refreshed once, works, and can be refreshed again", async () => {
  const ids: Record<"slack" | "jira", string[]> = { slack: [], jira: [] };
  const platforms = ["slack", "jira"] as const;
  for (const platform of platforms) {
    for (let count = 0; count < PER_PLATFORM; count += 1) {
      ids[platform].push(await plant(stack, platform));
    }
  }
  const keyId = await changePrimary();
  const sandboxes = await startLookupProcesses(3);
  const before = platforms.map((platform) => countCalls(stack, platform));
  const lookups = Object.values(ids)
    .flat()
    .flatMap((id, index) =>
      [0, 50].map((ms) => ({ event: { installation_id: id }, afterMs: index * 10 + ms })),
    );

  const lookingUp = Promise.all(sandboxes.map((sandbox) => sandbox.lookUpAt(lookups)));
  const resealed = await resealDuring(lookingUp);
  const results = (await lookingUp).flat();

  const calls = platforms.map(
    (platform, index) => countCalls(stack, platform) - (before[index] ?? 0),
  );
  expect(resealed).toBeGreaterThan(0);
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(calls).toEqual([PER_PLATFORM, PER_PLATFORM]);
  expect((await operator.status()).sealed).toEqual({ [keyId]: expect.any(Number) });

  await control.letTimePass(LIFETIME_SECONDS.slack + 60);
  const later = await startLookupProcess();
  for (const platform of platforms) {
    for (const id of ids[platform]) {
      const [token = ""] = outcomes(await later.lookUp({ installation_id: id }));
      expect(await works(stack, platform, token)).toBe(true);
    }
  }
}, 120_000);

/** Re-encrypts once, and runs a callback between the reads and the writes of the rows. */
async function resealWhile(happens: () => Promise<unknown>) {
  const rows = createPostgresSealedRows(database);
  const overtaken: SealedRows = {
    ...rows,
    async replace(changes) {
      await happens();
      return rows.replace(changes);
    },
  };
  const ring = createKeyRingStore(stack.aws.secretArn("token-keyring"));
  const range = { after: null, limit: 100, dryRun: false, remainingMs: () => 60_000 };
  return resealStored({ ring, rows: overtaken }, range);
}

test.each(["a refresh", "a re-install"])(
  "%s that comes between the reading and the writing of a row wins, and the next pass re-encrypts the rest",
  async (name) => {
    await emptyTables(sql, "installations");
    const id = await plant(stack, "jira");
    const keyId = await changePrimary();
    const sandbox = await startLookupProcess();
    const { installations } = await updateDeps();
    const [row] = await sql`select organization_id as "organizationId" from installations`;
    const { clientId } = exampleApps.jira;
    const input = newInstallation({ platform: "jira", kind: "jira_3lo", clientId, ...row });
    let answered = "";
    const events: Record<string, () => Promise<void>> = {
      async "a refresh"() {
        [answered = ""] = outcomes(await sandbox.lookUp({ installation_id: id }));
      },
      async "a re-install"() {
        await installations.upsert(toInstall(input));
        answered = input.accessToken ?? "";
      },
    };

    const overtaken = await resealWhile(async () => events[name]?.());
    await operator.resealAll();

    expect(overtaken).toMatchObject({ resealed: 0, changed: 1 });
    expect(outcomes(await sandbox.lookUp({ installation_id: id }))).toEqual([answered]);
    expect(answered).not.toBe("");
    expect((await operator.status()).sealed).toEqual({ [keyId]: 4 + Number(name === "a refresh") });
  },
);

test("kill -9 during re-encryption loses nothing: the next run continues to the end", async () => {
  await emptyTables(sql, "installations");
  const { installations } = await updateDeps();
  const ids: string[] = [];
  for (let start = 0; start < ROWS; start += AT_ONCE) {
    const created = Array.from({ length: AT_ONCE }, (_, index) => {
      const installation = newInstallation({ accessToken: `gho_FAKE_${start + index}` });
      return retried(() => installations.create(installation));
    });
    ids.push(...(await Promise.all(created)).map(({ installation }) => installation.id));
  }
  const keyId = await changePrimary();

  const progress: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await killDuringReseal(kill * 7);
    progress.push((await operator.status()).sealed[keyId] ?? 0);
  }
  await operator.resealAll();

  // With the ring as it is now: this process may have read its own less than ten seconds ago.
  const ring = createKeyRing(await readKeyRing(stack, "token-keyring"));
  const tokens = createPostgresTokenStore(
    database,
    createSealer(async () => ring),
    { retentionDays: 7 },
  );
  const opened = [];
  for (const id of ids) opened.push((await tokens.findToken({ id }))?.accessToken);
  expect(progress.some((count) => count > 0 && count < 4 * ROWS)).toBe(true);
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  expect(opened).toEqual(Array.from({ length: ROWS }, (_, number) => `gho_FAKE_${number}`));
  expect((await operator.status()).sealed).toEqual({ [keyId]: 4 * ROWS });
}, 120_000);

/** Kills a process a given time after it has re-encrypted its first part, unless it has finished. */
async function killDuringReseal(afterMs: number): Promise<void> {
  const child = fork(WORKER, { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = once(child, "exit");
  await Promise.race([once(child, "message"), exited]);
  await Promise.race([sleep(afterMs), exited]);
  child.kill("SIGKILL");
  await exited;
}
