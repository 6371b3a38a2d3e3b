import { Command } from "@commander-js/extra-typings";
import type { StageCheck } from "../core/stage-check.ts";
import { CheckResponse, MigrateResponse } from "../functions/invoke/responses.ts";
import { checkGrants } from "./check/grants.ts";
import { jsonOption, markFailed, stageOption } from "./command.ts";
import { formatTable, notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { RefusedInvocation } from "./target/refusal.ts";
import { callFunction, NoStackError, type Target } from "./target/target.ts";

/** Creates the command that checks what a stage needs to work. */
export function createCheckCommand() {
  return new Command("check")
    .summary("Check that a stage has all it needs to work")
    .description(
      "Check secrets, key rings, the apps at the platforms, callbacks, webhooks, scopes, clocks, " +
        "the database and, on a stage, the alarm e-mail, the event bus and its queues. Nothing is " +
        "changed, and no secret is shown.",
    )
    .addOption(stageOption("Check a deployed stage instead of local mode."))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The exit code is 1 if there is a problem. A warning does not change it.

Examples:
  $ npx grantkeep check
  $ npx grantkeep check --stage production`,
    )
    .action(async ({ stage, json }) => {
      const checks = await checkTarget(await openTarget(stage));
      const problems = countOf(checks, "problem");
      const warnings = countOf(checks, "warning");
      if (problems > 0) markFailed();

      if (json) return printJson({ ok: problems === 0, problems, warnings, checks });
      for (const line of describe(checks)) print(line);
      print("");
      print(`${checks.length} checks: ${problems} problems, ${warnings} warnings.`);
      if (stage === undefined) notify("Alarms, the event bus and queues exist on a stage only.");
    });
}

/** Returns what a stage, or local mode, lacks to work. */
export async function checkTarget(target: Target): Promise<StageCheck[]> {
  const checks = [
    ...(await invokeCheck(target)),
    await checkMigrations(target),
    ...(await checkGrants(target)),
  ];
  if (!target.location) return checks;
  // Local mode needs none of the clients of AWS.
  const { checkResources } = await import("./check/resources.ts");
  return [...checks, ...(await checkResources(target.location))];
}

/** Returns what the function `check` found, or one problem if it did not run. */
async function invokeCheck({ invoke, location }: Target): Promise<readonly StageCheck[]> {
  const request = location ? { stage: location.stage } : {};
  try {
    const { checks } = await callFunction(invoke, "check", request, CheckResponse);
    return checks;
  } catch (error) {
    if (error instanceof NoStackError) throw error;
    const action =
      "Read the log group of the function check. Its role needs lambda:InvokeFunction of yours.";
    return [failed("functions", "The function check failed", error, action)];
  }
}

async function checkMigrations({ invoke }: Target): Promise<StageCheck> {
  const name = "migrations";
  try {
    const request = { dry_run: true };
    const { pending = [] } = await callFunction(invoke, "migrate", request, MigrateResponse);
    if (pending.length === 0) {
      return { name, status: "ok", summary: "The schema is up to date.", action: null };
    }
    const summary = `The database lacks ${pending.length} migrations: ${pending.join(", ")}.`;
    return { name, status: "problem", summary, action: "Apply them: npx grantkeep migrate." };
  } catch (error) {
    const action =
      "Your role needs lambda:InvokeFunction on migrate; else read the log of migrate.";
    const check = failed(name, "The migrations could not be listed", error, action);
    // The policy for operators does not allow it.
    return error instanceof RefusedInvocation ? { ...check, status: "warning" } : check;
  }
}

function failed(name: string, what: string, error: unknown, action: string): StageCheck {
  const reason = error instanceof Error ? error.message : String(error);
  return { name, status: "problem", summary: `${what}: ${reason}`, action };
}

function describe(checks: readonly StageCheck[]): string[] {
  const rows = checks.flatMap(({ name, status, summary, action }) => [
    [status, name, summary],
    ...(action === null ? [] : [["", "", `Do: ${action}`]]),
  ]);
  return formatTable(["STATUS", "CHECK", "FOUND"], rows);
}

function countOf(checks: readonly StageCheck[], wanted: StageCheck["status"]): number {
  return checks.filter(({ status }) => status === wanted).length;
}
