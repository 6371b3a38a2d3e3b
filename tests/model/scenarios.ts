import type { InstallationUpdate } from "../../core/installation.ts";
import { issueGrant, outside } from "./at-platform.ts";
import {
  idOf,
  install,
  patch,
  remove,
  runHealthCheck,
  runSweep,
  runTick,
  webhook,
} from "./functions.ts";
import type { Invocation } from "./invocation.ts";
import { lookUp } from "./lookups.ts";
import type { Scenario } from "./schedule.ts";
import type { World } from "./world.ts";

export type Processes = Readonly<Record<string, readonly Invocation[]>>;

/** The properties that the scenarios of one platform share. */
export type PlatformScenario = Pick<Scenario, "createModel" | "survivesOneFault"> & {
  readonly name: string;
  /** The life of a token that is due to be refreshed, and can be returned meanwhile. */
  readonly dueSeconds: number;
};

/** The organizations, of which most scenarios have only the first. */
export const ONE = "one";
export const TWO = "two";

/** The id of the first installation of a GitHub App. */
const FIRST = { installationId: "1" };

const uninstall = outside("uninstall", ({ model }) => model.rules.endAll(ONE, "customer"));
const suspend = outside("suspend", ({ model }) => model.rules.suspend?.(ONE));
const unsuspend = outside("unsuspend", ({ model }) => model.rules.unsuspend?.(ONE));
const narrowed = lookUp(ONE, { isNarrowed: true });

/** Somebody without the key gives an installation the id of another one at the platform. */
const tamper = outside("change of the database", (world) => {
  const { installations } = world.tables;
  const row = installations.get(idOf(world, ONE));
  if (row) installations.set(row.id, { ...row, providerInstallationId: "2" });
});

/** Returns a change to tokens that somebody got by hand. */
export function newTokensOf(organizationId: string): (world: World) => InstallationUpdate {
  return (world) => {
    const { accessToken, refreshToken, expiresInSeconds } = issueGrant(
      world,
      organizationId,
    ).tokens;
    const tokenExpiresAt = new Date(world.scheduler.now() + (expiresInSeconds ?? 0) * 1000);
    return { accessToken, refreshToken, tokenExpiresAt };
  };
}

function sameExpiry({ tables }: World): InstallationUpdate {
  const [row] = tables.installations.values();
  return { tokenExpiresAt: row?.tokenExpiresAt ?? null };
}

/** Concurrent actions on every platform. */
const EVERYWHERE: Readonly<Record<string, Processes>> = {
  "two lookups": { A: [lookUp(ONE)], B: [lookUp(ONE)] },
  "three lookups": { A: [lookUp(ONE)], B: [lookUp(ONE)], C: [lookUp(ONE)] },
  "a lookup, an install": { A: [lookUp(ONE)], B: [install(ONE)] },
  "a lookup, new tokens": { A: [lookUp(ONE)], B: [patch(ONE, newTokensOf(ONE))] },
  "a lookup, an expiry": { A: [lookUp(ONE)], B: [patch(ONE, sameExpiry)] },
  "a lookup, a delete": { A: [lookUp(ONE)], B: [remove(ONE)] },
  "an install, a delete": { A: [install(ONE)], B: [remove(ONE)] },
  "a lookup, a webhook": { A: [lookUp(ONE)], B: [webhook(ONE)] },
  "lookups, an uninstall": { A: [lookUp(ONE), lookUp(ONE)], B: [uninstall, webhook(ONE)] },
  "a lookup, a health check": { A: [lookUp(ONE)], B: [runHealthCheck] },
  "lookups, the schedules": { A: [lookUp(ONE), lookUp(ONE)], B: [runTick], C: [runSweep] },
  "a longer life": { A: [lookUp(ONE, { minTtlSeconds: 1_500 })], B: [lookUp(ONE)] },
};

/** Actions that only GitHub Apps have. */
const GITHUB_APP: Readonly<Record<string, Processes>> = {
  "a lookup, a narrowed one": { A: [lookUp(ONE)], B: [narrowed, narrowed] },
  "narrowed lookups, an uninstall": {
    A: [narrowed, narrowed],
    B: [lookUp(ONE)],
    C: [uninstall, webhook(ONE, FIRST)],
  },
  "lookups, a suspension": {
    A: [lookUp(ONE), narrowed, lookUp(ONE)],
    B: [suspend, webhook(ONE, FIRST), unsuspend, webhook(ONE, { ...FIRST, mayChangeToken: true })],
  },
  "late webhooks": {
    A: [suspend, webhook(ONE, FIRST)],
    B: [unsuspend, webhook(ONE, { ...FIRST, mayChangeToken: true })],
    C: [lookUp(ONE)],
  },
  "an uninstall, a new install": {
    A: [uninstall, webhook(ONE, FIRST)],
    B: [install(ONE)],
    C: [lookUp(ONE)],
  },
  "a lookup, new permissions": {
    A: [lookUp(ONE)],
    B: [webhook(ONE, { ...FIRST, mayChangeToken: true })],
    C: [narrowed],
  },
};

/** Returns all scenarios of a platform. */
export function scenariosOf({ dueSeconds, name, ...platform }: PlatformScenario): Scenario[] {
  return Object.entries(EVERYWHERE).flatMap(([title, processes]) =>
    [
      { age: "due", lifeSeconds: dueSeconds },
      { age: "expired", lifeSeconds: 0 },
    ].map(({ age, lifeSeconds }) => ({
      ...platform,
      name: `${name}: ${title}, ${age}`,
      organizations: [{ id: ONE, lifeSeconds }],
      processes,
    })),
  );
}

/** Returns the scenarios that only GitHub Apps have. */
export function githubAppScenarios({ dueSeconds, name, ...app }: PlatformScenario): Scenario[] {
  const due = { id: ONE, lifeSeconds: dueSeconds };
  const own = Object.entries(GITHUB_APP).map(([title, processes]) => ({
    ...app,
    name: `${name}: ${title}`,
    organizations: [due],
    processes,
  }));
  const changed = {
    ...app,
    name: `${name}: the id of another organization`,
    organizations: [due, { id: TWO, lifeSeconds: dueSeconds }],
    isTampered: true,
    processes: {
      A: [tamper],
      B: [lookUp(ONE), narrowed],
      C: [lookUp(TWO), webhook(TWO, { installationId: "2" })],
    },
  };
  return [...own, changed];
}
