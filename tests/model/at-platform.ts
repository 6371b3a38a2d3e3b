import type { Grant, TokenSet } from "../../core/ports/provider.ts";
import { unavailable } from "./call-faults.ts";
import type { Context, Invocation } from "./invocation.ts";
import { toTokenSet } from "./platform.ts";
import type { World } from "./world.ts";

const TIMEOUT_SECONDS = 300;

/** Something that happens outside of our functions, in one step. */
export function outside(name: string, action: (world: World) => void): Invocation {
  return {
    name: `outside: ${name}`,
    timeoutSeconds: TIMEOUT_SECONDS,
    run: (context) => act(context, name, action),
  };
}

/** Lets so many seconds pass, in which the process does nothing. */
export function pass(seconds: number): Invocation {
  return passFor(`${seconds} s pass`, () => seconds);
}

/** Lets so many lifetimes of an access token pass. */
export function passLives(lives: number): Invocation {
  return passFor(`${lives} lives pass`, ({ model }) => lives * model.lifetimeSeconds);
}

function passFor(name: string, toSeconds: (world: World) => number): Invocation {
  return {
    name,
    timeoutSeconds: Number.POSITIVE_INFINITY,
    run: ({ world, process }) => world.scheduler.wait(process, name, toSeconds(world) * 1000),
  };
}

/** Takes a step outside of our functions, after which the process may crash. */
export async function act<Result>(
  { world, process }: Context,
  name: string,
  action: (world: World) => Result,
): Promise<Result> {
  const { scheduler } = world;
  const step = { name, readyAt: scheduler.now(), isWaiting: false, faults: ["crash after"] };
  return scheduler.step<Result>(process, step, ({ resolve }, fault) => {
    const result = action(world);
    if (fault !== "crash after") resolve(result);
  });
}

/** Exchanges the code of an install: the platform issues tokens, which are in its response only. */
export async function exchange(
  { world, process }: Context,
  organizationId: string,
): Promise<Grant> {
  const { scheduler } = world;
  const faults = ["no response", "crash after"];
  const step = { name: "exchange", readyAt: scheduler.now(), isWaiting: false, faults };
  return scheduler.step<Grant>(process, step, ({ resolve, reject }, fault) => {
    const grant = issueGrant(world, organizationId);
    if (fault === "no response") reject(unavailable("ECONNRESET", "unknown"));
    else if (fault !== "crash after") resolve(grant);
  });
}

/** Issues the grant of a new install. */
export function issueGrant(
  { model, scheduler }: World,
  organizationId: string,
): Grant & { tokens: TokenSet } {
  const { rules } = model;
  const tokens = toTokenSet(rules.install(organizationId), scheduler.now());
  return {
    organizationId,
    organizationName: "Test Org",
    organizationUrl: null,
    providerInstallationId: rules.installationIdOf?.(organizationId) ?? null,
    installedBy: "octocat",
    installedById: "1",
    tokens,
  };
}
