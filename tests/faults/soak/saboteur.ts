import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import type { Fault } from "../../../emulators/faults.ts";
import type { Stack } from "../../../local/stack.ts";
import type { OwnPostgres } from "../../support/own-postgres.ts";
import { createRandom } from "../../support/random.ts";
import type { Ledger } from "./ledger.ts";
import type { SandboxPool } from "./sandbox-pool.ts";

/** The parts of the stack that a saboteur can break. */
export interface Sabotaged {
  readonly stack: Stack;
  readonly server: OwnPostgres;
  /** The database that the stack uses. */
  readonly url: string;
  readonly pool: SandboxPool;
  readonly sandboxes: number;
}

/** The requests of our functions to each platform; its pages for people are left alone. */
const PATHS = {
  github: ["/login/oauth/access_token", "/api/*"],
  slack: ["/api/*", "/api/oauth.v2.access"],
  jira: ["/oauth/token", "/api/*"],
} as const;

const PLATFORM_FAULTS: [Fault, ...Fault[]] = [
  { kind: "status", status: 500, headers: {}, body: "" },
  { kind: "status", status: 429, headers: { "retry-after": "3" }, body: "" },
  { kind: "html" },
  { kind: "hang" },
  { kind: "drop" },
  { kind: "truncate" },
  { kind: "lose_reply" },
  { kind: "none" },
];

/** Breaks one thing after the other, in an order that its seed decides, and mends each. */
export function createSaboteur(sabotaged: Sabotaged, ledger: Ledger, seed: number) {
  const { stack, server, url, pool, sandboxes } = sabotaged;
  const { aws, platforms } = stack;
  const random = createRandom(seed);
  const order: string[] = [];

  /** An open connection may still lead to a process of a server that was killed. */
  async function withNewConnection(act: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
    const sql = postgres(url, { max: 1 });
    try {
      await act(sql);
    } finally {
      await sql.end();
    }
  }

  const acts: Record<string, () => Promise<void>> = {
    async databaseKilled() {
      await server.kill();
      await sleep(random.between(100, 1_500));
      await server.start();
    },
    async databaseFrozen() {
      await server.freeze();
      await sleep(random.between(500, 4_000));
      server.thaw();
    },
    async connectionsEnded() {
      await withNewConnection(
        (sql) => sql`
          select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'grantkeep'
        `,
      );
    },
    async tableLocked() {
      const milliseconds = random.between(200, 2_000);
      await withNewConnection((sql) =>
        sql.begin(async (transaction) => {
          await transaction`lock table installations in access exclusive mode`;
          await sleep(milliseconds);
        }),
      );
    },
    async platformFails() {
      const platform = random.pick<keyof typeof PATHS>(["github", "slack", "jira"]);
      const fault = random.pick(PLATFORM_FAULTS);
      platforms.control.addFault({
        platform,
        path: random.pick<string>(PATHS[platform]),
        times: random.between(1, 4),
        milliseconds: random.between(0, 1_000),
        fault,
      });
      ledger.count(`platform fault ${platform} ${fault.kind}`);
      await sleep(random.between(300, 1_500));
      platforms.control.clearFaults();
    },
    async secretsFail() {
      aws.fail({
        service: "secretsmanager",
        kind: random.pick(["throttling", "internal", "hang"]),
      });
      await sleep(random.between(500, 4_000));
      aws.fail(undefined);
    },
    async sandboxKilled() {
      pool.signal(random.between(0, sandboxes - 1), "SIGKILL");
    },
    async sandboxStopped() {
      const slot = random.between(0, sandboxes - 1);
      pool.signal(slot, "SIGSTOP");
      await sleep(random.between(200, 3_000));
      pool.signal(slot, "SIGCONT");
    },
  };
  const names: [string, ...string[]] = ["platformFails", "sandboxKilled", ...Object.keys(acts)];

  return {
    order: () => order,
    /** Runs until it is stopped. When it resolves, everything is repaired. */
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const name = random.pick(names);
        order.push(name);
        ledger.count(`fault ${name}`);
        await acts[name]?.().catch((error: unknown) => {
          ledger.violate(`The saboteur could not do ${name}: ${error}`);
        });
        await sleep(random.between(50, 500));
      }
    },
  };
}
