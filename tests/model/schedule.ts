import { createMemoryInstallationRepository } from "../support/memory/installation-repository.ts";
import { issueGrant } from "./at-platform.ts";
import { type Choices, formatPicks, type Picks, replay } from "./choices.ts";
import { type Invocation, startProcess } from "./invocation.ts";
import { checkOutcome } from "./outcome.ts";
import { recover } from "./recovery.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/** Concurrent actions of several processes, from a known state. */
export interface Scenario extends Omit<WorldOptions, "isTraced"> {
  readonly name: string;
  /** The organizations that are installed, with the life that their tokens have left. */
  readonly organizations: readonly { readonly id: string; readonly lifeSeconds: number }[];
  /** Changes the state before the processes start. */
  prepare?(world: World): void;
  readonly processes: Readonly<Record<string, readonly Invocation[]>>;
  /** Whether somebody without the key changes the database, which makes lookups fail. */
  readonly isTampered?: boolean;
  /** Whether it has too many schedules with two preemptions to run all of them. */
  readonly isBusy?: boolean;
  /** Whether one thing that goes wrong must not cost the grant, because a refresh token can be reused. */
  readonly survivesOneFault?: boolean;
}

/**
 * Runs one schedule of a scenario, with all checks, and returns its fingerprint.
 *
 * @throws {Error} with the picks that lead to it, and the log of the schedule
 */
export async function runSchedule(
  scenario: Scenario,
  choices: Choices & { readonly picks: Picks },
): Promise<string> {
  try {
    return await simulate(scenario, choices, false);
  } catch (error) {
    throw await explain(scenario, choices.picks, error);
  }
}

async function simulate(scenario: Scenario, choices: Choices, isTraced: boolean): Promise<string> {
  const world = createWorld({ ...scenario, isTraced });
  try {
    await plant(world, scenario);
    for (const [name, invocations] of Object.entries(scenario.processes)) {
      startProcess(world, name, invocations);
    }
    await world.scheduler.run(choices);
    const fingerprint = world.scheduler.fingerprint();
    const ids = scenario.organizations.map(({ id }) => id);
    checkOutcome(world, await recover(world, ids), scenario);
    return fingerprint;
  } catch (error) {
    if (isTraced && error instanceof Error) error.message += `\n${world.scheduler.log.join("\n")}`;
    throw error;
  }
}

/** Installs the app on the organizations, some time ago. */
async function plant(world: World, scenario: Scenario): Promise<void> {
  const { tables, model, observer } = world;
  const { platform, kind, clientId } = model.provider;
  const repository = createMemoryInstallationRepository(tables);
  for (const { id, lifeSeconds } of scenario.organizations) {
    const { tokens, organizationUrl: _, ...grant } = issueGrant(world, id);
    const pair = world.tokens.findByAccessToken(tokens.accessToken);
    const expiresAt = world.scheduler.now() + lifeSeconds * 1000;
    if (pair) pair.expiresAt = expiresAt;
    const { installation } = await repository.create({
      ...grant,
      platform,
      kind,
      clientId,
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      tokenExpiresAt: new Date(expiresAt),
      refreshTokenExpiresAt: null,
      scopes: [],
      webhookSecret: "webhook-secret-1",
      metadata: {},
    });
    const row = tables.installations.get(installation.id);
    const tokenStoredAt = new Date(expiresAt - model.lifetimeSeconds * 1000);
    if (row) tables.installations.set(row.id, { ...row, tokenStoredAt });
  }
  tables.events.clear();
  scenario.prepare?.(world);
  observer.rows.read();
}

async function explain(scenario: Scenario, picks: Picks, error: unknown): Promise<Error> {
  const cause = error instanceof Error ? error : new Error(String(error));
  const traced = await simulate(scenario, replay(picks), true).then(
    () => "It passes when it is replayed.",
    (again: unknown) => (again instanceof Error ? again.message : String(again)),
  );
  const command = `MODEL_REPLAY='${scenario.name}|${formatPicks(picks)}'`;
  return new Error(`${scenario.name}: ${cause.message}\nReplay with ${command}\n${traced}`, {
    cause,
  });
}
