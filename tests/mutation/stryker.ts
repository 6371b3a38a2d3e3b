import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import type { MutationGroup } from "./groups.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STRYKER = "bench/node_modules/@stryker-mutator/core/bin/stryker.js";

/** @see [The report's schema](https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema) */
const Report = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    files: v.record(
      v.string(),
      v.object({
        mutants: v.array(
          v.object({
            mutatorName: v.string(),
            replacement: v.optional(v.string(), ""),
            status: v.string(),
            location: v.object({ start: v.object({ line: v.number() }) }),
          }),
        ),
      }),
    ),
  }),
);

/** The mutants of each module, by path. */
export type MutationReport = v.InferOutput<typeof Report>["files"];

/**
 * Runs Stryker over the modules of a group, on a copy of the project.
 *
 * Runs only the tests of the group, and for each mutant only those that reach it.
 */
export async function runStryker(
  { modules, tests }: MutationGroup,
  postgresUrl: string,
): Promise<MutationReport> {
  const folder = await mkdtemp(join(tmpdir(), "grantkeep-mutation-"));
  const config = join(folder, "stryker.config.json");
  const report = join(folder, "report.json");
  const options = {
    mutate: modules,
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "tests/mutation/vitest.config.ts", related: false },
    coverageAnalysis: "perTest",
    concurrency: 2,
    timeoutMS: 3_000,
    reporters: ["json"],
    jsonReporter: { fileName: report },
    tempDirName: join(folder, "sandbox"),
    // Stryker would rewrite it with an API that TypeScript 7 does not have.
    tsconfigFile: "none",
  };
  try {
    await writeFile(config, JSON.stringify(options));
    await run([STRYKER, "run", config], {
      MUTATION_TESTS: tests.join(" "),
      MUTATION_POSTGRES_URL: postgresUrl,
    });
    return v.parse(Report, await readFile(report, "utf8")).files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(command: readonly string[], variables: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (exitCode !== 0) throw new Error(`Stryker failed:\n${output}`);
}
