import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildBundle } from "../package/bundles.ts";
import { type Sandbox, startSandbox } from "../tests/runtime/sandbox.ts";
import { startTcpProxy, type TcpProxy } from "../tests/support/tcp-proxy.ts";
import { type Deployment, startDeployment } from "./deployment/deployment.ts";
import { atLeast, type Benchmark, type Section } from "./section.ts";

const SANDBOXES = 100;
const STARTED_AT_ONCE = 4;
const FROZEN_MS = 130_000;
const LIMIT_MS = 1_500;

/** The ends of a connection: it is reset, or a NAT gateway drops it silently. */
const ENDS = ["reset", "blackhole"] as const;

/** A frozen sandbox, its proxy to the database, and what happened to the connection. */
interface Frozen {
  readonly sandbox: Sandbox;
  readonly proxy: TcpProxy;
  readonly end: (typeof ENDS)[number];
}

interface Thaw {
  readonly end: Frozen["end"];
  readonly ms: number;
  readonly isRight: boolean;
}

/** Measures the first invocation of sandboxes that were frozen for minutes. */
export const freeze: Benchmark = {
  id: "freeze",
  async measure(progress) {
    const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-freeze-"));
    const deployment = await startDeployment();
    const frozen: Frozen[] = [];
    try {
      const { file } = await buildBundle("functions/token-lookup.handler", folder);
      progress(`starting and freezing ${SANDBOXES} sandboxes`);
      while (frozen.length < SANDBOXES) frozen.push(...(await freezeSome(file, deployment)));
      progress(`waiting ${FROZEN_MS / 1000} s`);
      await sleep(FROZEN_MS);
      const thaws: Thaw[] = [];
      for (const one of frozen) thaws.push(await thaw(one, deployment));
      return report(thaws);
    } finally {
      await Promise.all(frozen.map(({ sandbox }) => sandbox.stop()));
      await Promise.all(frozen.map(({ proxy }) => proxy.close()));
      await deployment.stop();
      await rm(folder, { recursive: true });
    }
  },
};

function freezeSome(file: string, deployment: Deployment): Promise<Frozen[]> {
  const numbers = Array.from({ length: STARTED_AT_ONCE }, (_, number) => number);
  return Promise.all(
    numbers.map(async (number) => {
      const proxy = await startTcpProxy({ port: deployment.databasePort });
      const environment = { ...deployment.environment, DB_PORT: `${proxy.port}` };
      const sandbox = await startSandbox({ file, environment });
      await lookUp(sandbox, deployment);
      sandbox.signal("SIGSTOP");
      const end = ENDS[number % ENDS.length] ?? "reset";
      proxy[end]();
      return { sandbox, proxy, end };
    }),
  );
}

async function thaw({ sandbox, end }: Frozen, deployment: Deployment): Promise<Thaw> {
  const startedAt = performance.now();
  const answer = lookUp(sandbox, deployment);
  sandbox.signal("SIGCONT");
  const isRight = await answer;
  return { end, ms: performance.now() - startedAt, isRight };
}

/** Returns whether a sandbox returns the expected token. */
async function lookUp(sandbox: Sandbox, { lookup }: Deployment): Promise<boolean> {
  const outcome = await sandbox.invoke(lookup.event);
  return outcome.ok && JSON.stringify(outcome.payload).includes(lookup.accessToken);
}

function report(thaws: readonly Thaw[]): Section {
  const inTime = thaws.filter(({ isRight, ms }) => isRight && ms <= LIMIT_MS).length;
  return {
    title: "First invocation after a freeze",
    method: `${SANDBOXES} sandboxes of the token lookup under AWS's runtime client, each with its own proxy to PostgreSQL (TLS), are stopped (SIGSTOP) for at least ${FROZEN_MS / 1000} seconds. Meanwhile the connections of one half are reset, and those of the other half are dropped silently. Then one after another is resumed with a request. The figures are milliseconds until the token is returned.`,
    tables: [
      {
        columns: ["connection", "sandboxes", "tokens returned", "median, ms", "slowest, ms"],
        rows: ENDS.map((end) =>
          toRow(
            end,
            thaws.filter((each) => each.end === end),
          ),
        ),
      },
    ],
    checks: [atLeast(`tokens returned within ${LIMIT_MS / 1000} s`, inTime, SANDBOXES)],
  };
}

function toRow(end: string, thaws: readonly Thaw[]): string[] {
  const sorted = thaws.map(({ ms }) => ms).sort((a, b) => a - b);
  const figures = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const good = thaws.filter(({ isRight }) => isRight).length;
  return [end, `${thaws.length}`, `${good}`, ...figures.map((ms) => (ms ?? 0).toFixed(0))];
}
