import * as v from "valibot";
import { HealthCheckResponse } from "../functions/invoke/responses.ts";
import { invokeLocally } from "./invoke.ts";

const dryRun = !process.argv.includes("--fix");

try {
  await examine();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** Goes through all installations, page by page, and prints what is not as it is stored. */
async function examine(): Promise<void> {
  let checked = 0;
  let after: string | null = null;
  do {
    const request = { dry_run: dryRun, ...(after !== null && { after }) };
    const { ok, payload } = await invokeLocally("health-check", request);
    if (!ok) throw new Error(`The health check failed: ${JSON.stringify(payload)}`);

    const report = v.parse(HealthCheckResponse, payload);
    checked += report.checked;
    after = report.last_id;
    for (const { installation_id, stored, found, changed } of report.findings) {
      const verb = changed ? (dryRun ? "would become" : "became") : "could not be checked:";
      process.stdout.write(`${installation_id}  ${stored}  ${verb} ${found}\n`);
    }
  } while (after !== null);
  const hint = dryRun ? " Nothing was changed: npm run doctor -- --fix does it." : "";
  process.stdout.write(`${checked} installations checked.${hint}\n`);
}
