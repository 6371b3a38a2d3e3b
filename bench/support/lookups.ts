import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { LOOKUP_TIMEOUT_SECONDS } from "../../infra/runtime.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { Lookups, type Report } from "./lookup-report.ts";

const TIMEOUT_MS = LOOKUP_TIMEOUT_SECONDS * 1000;
const PAUSE_MS = 5;
const REPORT_EVERY = 50;

const Answer = v.object({ access_token: v.string() });

const { handler } = await import("../../functions/token-lookup.ts");

// One sandbox of `token-lookup`: looks up one installation after another, and reports the durations.
// The parent process discards the log lines of the handler.
process.on("disconnect", () => process.exit());
const [message] = await once(process, "message");
const { grants, start: first } = v.parse(Lookups, message);
let next = first;
let report: Report = { milliseconds: [], failures: [] };
for (;;) {
  const { organizationId = "", accessToken } = grants[next % grants.length] ?? {};
  // A prime step reaches every installation, and each lookup is far from the one before.
  next += 7_919;
  const start = performance.now();
  const key = { platform: "slack", organization_id: organizationId };
  try {
    const answer = await handler(key, createLambdaContext("token-lookup", TIMEOUT_MS));
    const isRight = v.parse(Answer, answer).access_token === accessToken;
    if (!isRight) report.failures.push("wrong token");
  } catch (error) {
    report.failures.push(error instanceof Error ? error.name : String(error));
  }
  report.milliseconds.push(performance.now() - start);
  if (report.milliseconds.length >= REPORT_EVERY) {
    process.send?.(report);
    report = { milliseconds: [], failures: [] };
  }
  await sleep(PAUSE_MS);
}
