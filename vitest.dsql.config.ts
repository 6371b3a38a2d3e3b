import { randomInt } from "node:crypto";
import { defineConfig } from "vitest/config";

const {
  DSQL_ENDPOINT = "",
  DSQL_MODE = "25",
  DSQL_SEED = String(randomInt(1_000_000)),
} = process.env;
const isCluster = DSQL_ENDPOINT !== "";

/**
 * They block, slow down or refuse statements by locks, triggers and changes of the schema that a cluster lacks, or
 * count statements with an extension that it lacks.
 */
const NOT_ON_A_CLUSTER = [
  "tests/contract/{installation-transfer,repository-races,store-races,unkeyed-grants}.test.ts",
  "tests/e2e/{caller-statements,import,redelivery,tick}.test.ts",
  "tests/races/stored-first.test.ts",
];

/** The suites of the stores, the races and the whole service, on a PostgreSQL that behaves as Aurora DSQL. */
export default defineConfig({
  test: {
    include: ["tests/{contract,e2e,races}/**/*.test.ts", "tests/faults/herd.test.ts"],
    // They are about PostgreSQL's own limits and locks, or test what Aurora DSQL does by themselves.
    exclude: [
      "tests/contract/{database,database-*,driver,dsql-*,migrate,migrate-*,slow-database}.test.ts",
      ...(isCluster ? NOT_ON_A_CLUSTER : []),
      "tests/contract/{rehearsal,roles,scheduled-plans,schema,schema-*,stage-facts,statement-*,upgrade}.test.ts",
    ],
    setupFiles: ["tests/support/no-aws.ts"],
    globalSetup: ["tests/support/dsql-setup.ts"],
    env: { DB_ENGINE: "dsql", ...(!isCluster && { DSQL_MODE, DSQL_SEED }) },
    // A cluster has one database.
    fileParallelism: !isCluster,
    // By chance, refusals use up the attempts of a request, which then returns `retry_later`, as it should. Most
    // tests do not repeat a request, as its caller would: the report shows which were run again. `npm test` runs
    // the same tests, races included, without this.
    retry: isCluster || DSQL_MODE === "100" ? 0 : 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
