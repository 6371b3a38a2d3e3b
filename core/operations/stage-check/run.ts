import { PLATFORM_NAMES } from "../../platforms.ts";
import type { SealedRows } from "../../ports/sealed-rows.ts";
import type { StageFacts } from "../../ports/stage-facts.ts";
import { broken, inOrder, type StageCheck } from "../../stage-check.ts";
import { checkClocks } from "./clock.ts";
import { checkDatabaseRole, type DatabaseLogin } from "./database-role.ts";
import { guard, unchecked } from "./guard.ts";
import { checkStateKeys, checkTokenKeys } from "./key-use.ts";
import { checkPlatform, type PlatformCheckDeps } from "./platform.ts";
import { checkRingSecret } from "./secrets.ts";

export interface StageCheckDeps extends PlatformCheckDeps {
  readonly facts: StageFacts;
  readonly rows: SealedRows;
  readonly login: DatabaseLogin;
}

export interface StageCheckOptions {
  /** The database user that functions have to log in as, if they log in with IAM. */
  readonly databaseUser: string | undefined;
  readonly remainingMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * Checks what a stage needs to work: its secrets, key rings, apps, callbacks, webhooks, clocks and database. It
 * changes nothing. What depends on something broken is not checked, so that each cause is named once.
 */
export async function checkStage(
  deps: StageCheckDeps,
  options: StageCheckOptions,
): Promise<StageCheck[]> {
  const { facts, login } = deps;
  const clock = await readClock(facts);
  const traffic = clock && (await facts.listTraffic(PLATFORM_NAMES).catch(() => undefined));
  // Together: the keys of many rows take longer to count than the calls to platforms may take.
  const [rings, ...platforms] = await Promise.all([
    checkRings(deps, options, clock !== undefined),
    ...PLATFORM_NAMES.map((platform) => {
      const row = traffic?.find((one) => one.platform === platform);
      return checkPlatform(deps, platform, row, options.signal);
    }),
  ]);
  const clocks = platforms.flatMap((result) => result.clock ?? []);
  const checks = [
    ...rings,
    ...platforms.flatMap((result) => result.checks),
    checkClocks(clock, clocks),
  ];
  if (!clock) {
    const action = "Check that it runs, and that its URL, password or IAM login is right.";
    return [...checks, broken("database", "The database did not respond.", action)];
  }
  const { databaseUser } = options;
  return [
    ...checks,
    inOrder("database", "The database responds."),
    await guard("database-role", () => checkDatabaseRole(facts, login, databaseUser)),
  ];
}

async function readClock(facts: StageFacts) {
  const sentAt = Date.now();
  try {
    const now = await facts.readClock();
    const aheadMs = now.getTime() - (sentAt + Date.now()) / 2;
    return { source: "the database", aheadMs };
  } catch {
    return undefined;
  }
}

async function checkRings(
  { readSecret, rows, facts }: StageCheckDeps,
  { remainingMs }: StageCheckOptions,
  hasDatabase: boolean,
): Promise<StageCheck[]> {
  const readRing = (name: string) =>
    checkRingSecret(readSecret, name).catch((error: unknown) => ({
      check: unchecked(name, error),
      ring: undefined,
    }));
  const { check: tokenSecret, ring: tokenRing } = await readRing("token-keyring");
  const { check: stateSecret, ring: stateRing } = await readRing("state-keyring");
  const tokenKeys =
    tokenRing && hasDatabase
      ? [await guard("token-keys", () => checkTokenKeys(rows, tokenRing, remainingMs))]
      : [];
  const stateKeys =
    stateRing && hasDatabase
      ? [await guard("state-keys", () => checkStateKeys(facts, stateRing))]
      : [];
  return [tokenSecret, ...tokenKeys, stateSecret, ...stateKeys];
}
