import { Command } from "@commander-js/extra-typings";
import { HealthCheckResponse } from "../functions/invoke/responses.ts";
import { jsonOption, markFailed, stageOption } from "./command.ts";
import { describeHealth, type Finding, type Health, SKIPPED_IN_DRY_RUN } from "./health-report.ts";
import { listInstallations } from "./installations.ts";
import { notify, print, printJson, showProgress } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { callFunction, type Invoke } from "./target/target.ts";

interface HealthCheckOptions {
  readonly fix?: boolean | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that checks every installation with its platform. */
export function createHealthCheckCommand() {
  return new Command("health-check")
    .summary("Check every installation with its platform")
    .description(
      "Check every installation with its platform. List the installations whose stored status " +
        "differs, that ended or are ending, whose last refresh failed, and that could not be checked.",
    )
    .option(
      "--fix",
      "Store the status that the platforms report, also for installations that ended by mistake. " +
        "Without this, nothing is changed.",
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The exit code is 1 if an installation could not be checked.

Examples:
  $ npx grantkeep health-check
  $ npx grantkeep health-check --fix --stage production`,
    )
    .action(checkHealth);
}

async function checkHealth({ fix = false, stage, json }: HealthCheckOptions): Promise<void> {
  const target = await openTarget(stage);
  const { checked, findings } = await askPlatforms(target.invoke, fix);
  const { items } = await listInstallations(target);
  const health: Health = {
    isFixed: fix,
    checked,
    differences: findings.filter(({ changed }) => changed),
    unchecked: findings.filter(({ changed }) => !changed),
    ended: items.filter(({ inactive_reason }) => inactive_reason !== null),
    ending: items.filter((item) => item.is_active && item.grant_ends_at !== null),
    failing: items.filter((item) => item.is_active && item.last_refresh_error !== null),
    organizations: new Map(items.map((item) => [item.id, item])),
  };
  if (health.unchecked.some(({ found }) => found !== SKIPPED_IN_DRY_RUN)) markFailed();

  if (json) printJson(toJson(health));
  else for (const line of describeHealth(health)) print(line);
  if (!fix && health.differences.length > 0) {
    const command = `npx grantkeep health-check --fix${stage ? ` --stage ${stage}` : ""}`;
    notify(`Nothing was changed. To store what the platforms report: ${command}`);
  }
}

async function askPlatforms(invoke: Invoke, fix: boolean) {
  const findings: Finding[] = [];
  let checked = 0;
  let after: string | null = null;
  do {
    const page: HealthCheckResponse = await callFunction(
      invoke,
      "health-check",
      { dry_run: !fix, ...(after !== null && { after }) },
      HealthCheckResponse,
      { isRepeatable: true },
    );
    findings.push(...page.findings);
    checked += page.checked;
    after = page.last_id;
    if (after !== null) showProgress(`${checked} installations checked`);
  } while (after !== null);
  return { checked, findings };
}

function toJson({ isFixed, checked, organizations, ...health }: Health) {
  const named = (findings: readonly Finding[]) =>
    findings.map((finding) => ({
      ...finding,
      organization_id: organizations.get(finding.installation_id)?.organization_id ?? null,
      organization_name: organizations.get(finding.installation_id)?.organization_name ?? null,
    }));
  return {
    fixed: isFixed,
    checked,
    differences: named(health.differences),
    unchecked: named(health.unchecked),
    ended: health.ended,
    ending: health.ending,
    failing: health.failing,
  };
}
