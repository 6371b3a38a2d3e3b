import { Command, Option } from "@commander-js/extra-typings";
import { jsonOption, platformOption, stageOption } from "./command.ts";
import { findOrganizationLines } from "./find-organization.ts";
import { notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import type { Target } from "./target/target.ts";
import { parsePastTime, parseSpokenTime, toClock } from "./time.ts";
import type { Case } from "./why/cases.ts";
import { explain } from "./why/explain.ts";
import { findCase, findFailures, type Window } from "./why/find-cases.ts";
import { describeInstallation, describeLink } from "./why/present-status.ts";
import { type ExplainedCase, printCase, toJson } from "./why/report.ts";
import { isOrganizationId, parseSubject, type Subject } from "./why/subject.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Around a time that a person names. */
const AROUND_MS = 5 * MINUTE_MS;

/** For how long the lines of something are looked for, unless a time is given. */
const PERIODS_MS: Readonly<Record<Subject["kind"], number>> = {
  request: DAY_MS,
  delivery: 3 * DAY_MS,
  // A link lives so long.
  link: 7 * DAY_MS,
  installation: HOUR_MS,
  organization: HOUR_MS,
};

const NOTES_AND_EXAMPLES = `
The subject is the id of a request, as error pages and responses have it; of a delivery, as GitHub lists it or as
events have it; of an install link; or an installation, or the name or the id of an organization, of which the
failures are explained. The explanation is read from the logs. On a stage, a line can be read some seconds after it
was written.

Examples:
  $ npx grantkeep why 47fc0b1e-52b3-4e9d-a06b-2f4a4d1b2c3d --stage production
  $ npx grantkeep why Acme --at 14:02 --stage production
  $ npx grantkeep why github:0b989ba4-242f-11e5-81e1-c7b6966d2516
  $ npx grantkeep why link-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b`;

interface WhyOptions {
  readonly at?: Date | undefined;
  readonly since?: Date | undefined;
  readonly platform?: string | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that explains from the logs why something happened. */
export function createWhyCommand() {
  return new Command("why")
    .summary("Explain why something failed")
    .description("Explain from the logs what happened, why, and what to do next.")
    .argument("<subject>", "A request, a delivery, a link, an installation or an organization.")
    .addOption(
      new Option(
        "--at <time>",
        "Look at the minutes around this time: 14:02, 2026-11-28 14:02, or RFC 3339.",
      )
        .argParser((text) => parseSpokenTime(text))
        .conflicts("since"),
    )
    .addOption(
      new Option(
        "--since <time>",
        "Look from this time on: 30m, 12h or 7d ago, or RFC 3339.",
      ).argParser((text) => parsePastTime(text)),
    )
    .addOption(platformOption("The platform of the organization."))
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText("after", NOTES_AND_EXAMPLES)
    .action(async (text, options) => {
      const target = await openTarget(options.stage);
      const subject = parseSubject(text, options.platform);
      const window = windowOf(subject, options);
      const cases = await findCases(target, subject, { window, platform: options.platform });
      const explained = await Promise.all(
        cases.map((found) => explainCase(target, found, options)),
      );
      if (options.json) return printJson({ cases: explained.map(toJson) });
      for (const [index, one] of explained.entries()) {
        if (index > 0) print("");
        printCase(one);
      }
      if (cases.length === 0) await explainNothing(target, subject, window);
    });
}

function windowOf({ kind }: Subject, { at, since }: WhyOptions): Window {
  const now = new Date();
  if (at) {
    return { from: new Date(at.getTime() - AROUND_MS), until: new Date(at.getTime() + AROUND_MS) };
  }
  return { from: since ?? new Date(now.getTime() - PERIODS_MS[kind]), until: now };
}

async function findCases(
  target: Target,
  subject: Subject,
  { window, platform }: { window: Window; platform: string | undefined },
): Promise<readonly Case[]> {
  if (subject.kind === "installation") {
    const conditions = [{ field: "installation_id", value: subject.id }];
    return findFailures(target, conditions, window);
  }
  if (subject.kind === "organization") {
    const conditions = await findOrganizationLines(target, subject.text, platform);
    return findFailures(target, conditions, window);
  }
  const found = await findCase(target, subject, window);
  if (found) return [found];
  // The id of a site of Jira has the form of the id of a request.
  if (!isOrganizationId(subject.id)) return [];
  return findFailures(target, [{ field: "organization_id", value: subject.id }], window);
}

async function explainCase(
  target: Target,
  found: Case,
  { stage }: WhyOptions,
): Promise<ExplainedCase> {
  const { installation_id: installation, link_id: link } = found.conclusion.fields;
  const now = [
    ...(installation === undefined ? [] : [await describeInstallation(target, installation)]),
    ...(link === undefined ? [] : [await describeLink(target, link)]),
  ];
  const option = stage === undefined ? "" : ` --stage ${stage}`;
  return { ...explain(found, { stage: option }), found, now };
}

async function explainNothing(target: Target, subject: Subject, window: Window): Promise<void> {
  const time = `from ${toClock(window.from)} until ${toClock(window.until)}`;
  if (subject.kind === "organization" || subject.kind === "installation") {
    return notify(`Nothing failed ${time}. Use --at or --since for another time.`);
  }
  notify(`No function has logged this ${subject.kind} ${time}.`);
  if (subject.kind === "link") print(await describeLink(target, subject.id));
  else notify(NOTHING[subject.kind]);
}

const NOTHING = {
  request:
    "Use --at or --since for another time. A request that API Gateway itself refused (403, 404 or 429) reaches no function.",
  delivery:
    "The platform has not sent it to this address, or API Gateway refused it. Look at the deliveries of the app at the platform.",
} as const;
