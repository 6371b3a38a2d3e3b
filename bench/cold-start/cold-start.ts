import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Trigger } from "../../infra/function-definition.ts";
import { functionTable } from "../../infra/function-table.ts";
import { type Bundle, buildBundle } from "../../package/bundles.ts";
import { type Deployment, startDeployment } from "../deployment/deployment.ts";
import { atMost, type Benchmark, type Section, type Table } from "../section.ts";
import { type ColdStart, measureColdStarts, type Subject } from "./measure.ts";
import { ways } from "./ways.ts";

const TOKEN_LOOKUP = "token-lookup";
const EMPTY_HANDLER = "bench/cold-start/empty.handler";
const EMPTY = "empty handler";
const AGAIN = "empty handler (repeated)";
const NAIVE = "naive stack";
const GATED_ROUNDS = 21;
const FUNCTION_ROUNDS = 5;
const WAY_ROUNDS = 9;
const MAX_OF_EMPTY = 3;
const MAX_OF_NAIVE = 0.5;

/** Measures the cold start of every function, and of `token-lookup` bundled in other ways. */
export const coldStart: Benchmark = {
  id: "cold-start",
  async measure(progress) {
    const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-cold-start-"));
    const deployment = await startDeployment();
    try {
      return await measure(deployment, folder, progress);
    } finally {
      await deployment.stop();
      await rm(folder, { recursive: true });
    }
  },
};

/** A subject and its bundle. */
interface Built extends Subject {
  readonly bundle: Bundle;
}

async function measure(
  deployment: Deployment,
  folder: string,
  progress: (line: string) => void,
): Promise<Section> {
  progress("bundling");
  const functions = await buildFunctions(deployment, folder);
  const tried = await buildWays(deployment, folder);
  progress(`starting ${functions.length} functions`);
  const results = await measureColdStarts(functions);
  progress(`starting token-lookup, bundled in ${tried.length} ways`);
  const ofWays = await measureColdStarts(tried);

  const total = (name: string) => results.get(name)?.totalMs ?? Number.NaN;
  return {
    title: "Cold starts",
    method: `AWS's runtime client (with its compiled transport replaced by one in JavaScript) starts each bundle as SST uploads it, against a local Runtime API. Init is the time from the start of the process to its first request for an event; the total adds the first invocation. The token lookup and the naive stack (express, pg, zod, octokit, @slack/oauth and the AWS SDK, bundled with SST's defaults) read two secrets from Secrets Manager in another process, connect to PostgreSQL over TLS, select the row and decrypt the token. The other functions reject an empty request. The order of the starts is random. The figures are lower quartiles, because other processes can only add time: of ${GATED_ROUNDS} starts, of ${FUNCTION_ROUNDS} for the other functions, of ${WAY_ROUNDS} in the second table. Time in which the main thread waited for a processor is not counted. KB at start is the size of the files that are read before the first request.`,
    tables: [
      tabulate("function", functions, results, total(EMPTY)),
      tabulate("token-lookup", tried, ofWays, ofWays.get(EMPTY)?.totalMs ?? Number.NaN),
    ],
    checks: [
      atMost("token-lookup ÷ empty handler", total(TOKEN_LOOKUP) / total(EMPTY), MAX_OF_EMPTY),
      atMost("token-lookup ÷ naive stack", total(TOKEN_LOOKUP) / total(NAIVE), MAX_OF_NAIVE),
    ],
  };
}

async function buildFunctions({ environment, lookup }: Deployment, folder: string) {
  const built: Built[] = [];
  const add = async (name: string, handler: string, rest: Partial<Subject>, defaults = false) => {
    const options = defaults ? {} : undefined;
    const bundle = await buildBundle(handler, path.join(folder, `${built.length}`), options);
    const { file } = bundle;
    built.push({ name, bundle, file, environment, event: null, rounds: FUNCTION_ROUNDS, ...rest });
  };
  const token = { event: lookup.event, expected: lookup.accessToken, rounds: GATED_ROUNDS };
  await add(EMPTY, EMPTY_HANDLER, { rounds: GATED_ROUNDS });
  await add(AGAIN, EMPTY_HANDLER, { rounds: GATED_ROUNDS });
  await add(NAIVE, "bench/cold-start/naive.handler", token, true);
  for (const { name, handler, trigger } of functionTable) {
    if (trigger.type === "deploy") continue;
    await add(name, handler, name === TOKEN_LOOKUP ? token : { event: eventOf(trigger) });
  }
  return built;
}

async function buildWays({ environment, lookup }: Deployment, folder: string): Promise<Built[]> {
  const built: Built[] = [];
  const { event, accessToken: expected } = lookup;
  const [handler = ""] = functionTable.flatMap((each) =>
    each.name === TOKEN_LOOKUP ? each.handler : [],
  );
  const empty = await buildBundle(EMPTY_HANDLER, path.join(folder, "empty"));
  built.push({
    name: EMPTY,
    bundle: empty,
    file: empty.file,
    environment,
    event,
    rounds: WAY_ROUNDS,
  });
  for (const { name, options } of [{ name: "deployed", options: undefined }, ...(await ways())]) {
    const bundle = await buildBundle(handler, path.join(folder, `way-${built.length}`), options);
    const { file } = bundle;
    built.push({ name, bundle, file, environment, event, expected, rounds: WAY_ROUNDS });
  }
  return built;
}

/** Returns an event that the function rejects before its first query. */
function eventOf(trigger: Trigger): unknown {
  if (trigger.type !== "route") return {};
  const { method, path: rawPath } = trigger;
  return {
    version: "2.0",
    routeKey: `${method} ${rawPath}`,
    rawPath,
    rawQueryString: "a=1&a=2",
    headers: {},
    requestContext: { requestId: "request", http: { method, path: rawPath } },
    isBase64Encoded: false,
  };
}

function tabulate(
  what: string,
  subjects: readonly Built[],
  results: ReadonlyMap<string, ColdStart>,
  emptyMs: number,
): Table {
  const columns = [what, "KB", "KB at start", "init, ms", "total, ms", "÷ empty", "MB"];
  const rows = subjects.flatMap(({ name, bundle }) => {
    const result = results.get(name);
    if (!result) return [];
    const { initMs, totalMs, memoryMb } = result;
    const kilobytes = [bundle.bytes, bundle.startBytes].map((bytes) => (bytes / 1000).toFixed(0));
    const times = [initMs, totalMs].map((ms) => ms.toFixed(1));
    return [[name, ...kilobytes, ...times, (totalMs / emptyMs).toFixed(2), memoryMb.toFixed(0)]];
  });
  return { columns, rows };
}
