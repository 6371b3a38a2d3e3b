import type { Grant } from "../../core/ports/provider.ts";
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

/** Issues the grant of a new install. */
export function issueGrant({ model, scheduler }: World, organizationId: string): Grant {
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
