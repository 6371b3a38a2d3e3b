import { Command, Option } from "@commander-js/extra-typings";
import { jsonOption, platformOption, stageOption } from "./command.ts";
import { findOrganizationLines } from "./find-organization.ts";
import { notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import type { Target } from "./target/target.ts";
import { parsePastTime, parseSpokenTime, toClock } from "./time.ts";
import { type Case, isFailure } from "./why/cases.ts";
import { explain } from "./why/explain.ts";
import { findCase, findFailures, type Window } from "./why/find-cases.ts";
import {
  describeLink,
  explainLink,
  findLink,
  findLinkOfUrl,
  type LinkState,
} from "./why/link-state.ts";
import { describeInstallation } from "./why/present-status.ts";
import { type ExplainedCase, printAdvice, printCase, toJson } from "./why/report.ts";
import { isOrganizationId, type LinkUrl, parseSubject, type Subject } from "./why/subject.ts";

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
events have it; the id or the URL of an install link or a reconnect link; or an installation, or the name or the id of
an organization, of which the failures are explained. The explanation is read from the logs. On a stage, a line can be
read some seconds after it was written.

Quote a URL. It is a secret while its link is open: the command does not print it, but a shell keeps it in its history.

Examples:
  $ npx grantkeep why 47fc0b1e-52b3-4e9d-a06b-2f4a4d1b2c3d --stage production
  $ npx grantkeep why Acme --at 14:02 --stage production
  $ npx grantkeep why github:0b989ba4-242f-11e5-81e1-c7b6966d2516
  $ npx grantkeep why link-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b
  $ npx grantkeep why 'https://grants.example.com/?link=v1.k1.…' --stage production`;

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
    .argument(
      "<subject>",
      "A request, a delivery, a link or its URL, an installation or an organization.",
    )
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
      const stage = options.stage === undefined ? "" : ` --stage ${options.stage}`;
      const { subject, link } = await resolve(target, parseSubject(text, options.platform), stage);
      const window = windowOf(subject, options);
      const cases = await findCases(target, subject, { window, platform: options.platform });
      const explained = await Promise.all(
        cases.map((found) => explainCase(target, found, { link, stage })),
      );
      if (options.json) {
        const state = subject.kind === "link" && { link: link ?? null };
        return printJson({ cases: explained.map(toJson), ...state });
      }
      for (const [index, one] of explained.entries()) {
        if (index > 0) print("");
        printCase(one);
      }
      if (cases.length === 0) explainNothing(subject, { window, link, stage });
    });
}

interface Context {
  /** The link that the subject is; `undefined` also for one that was deleted. */
  readonly link: LinkState | undefined;
  /** ` --stage production`, or nothing for local mode. */
  readonly stage: string;
}

/** Returns the subject by its id. The URL of a link has the id only encrypted. */
async function resolve(
  target: Target,
  named: Subject | LinkUrl,
  stage: string,
): Promise<{ subject: Subject; link?: LinkState | undefined }> {
  if (named.kind === "link") return { subject: named, link: await findLink(target, named.id) };
  if (named.kind !== "link-url") return { subject: named };
  const link = await findLinkOfUrl(target, named, stage);
  return { subject: { kind: "link", id: link.id }, link };
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
  { link, stage }: Context,
): Promise<ExplainedCase> {
  const { installation_id: installation, link_id: linkId } = found.conclusion.fields;
  const now = [
    ...(installation === undefined ? [] : [await describeInstallation(target, installation)]),
    ...(linkId === undefined
      ? []
      : [describeLink(link ?? (await findLink(target, linkId)), linkId)]),
  ];
  const advice = link && adviceOnLink(link, found, stage);
  return { ...explain(found, { stage }), ...advice, found, now };
}

/** The state of a link decides what to do. While the link can be used, its last failure does. */
function adviceOnLink(link: LinkState, { conclusion }: Case, stage: string) {
  const { why, next } = explainLink(link, stage);
  if (!isFailure(conclusion)) return { why, next };
  return link.status === "open" ? {} : { next };
}

function explainNothing(
  subject: Subject,
  { window, link, stage }: Context & { readonly window: Window },
): void {
  const time = `from ${toClock(window.from)} until ${toClock(window.until)}`;
  if (subject.kind === "organization" || subject.kind === "installation") {
    notify(`Nothing failed ${time}. Use --at or --since for another time.`);
    return;
  }
  notify(`No function has logged this ${subject.kind} ${time}.`);
  if (subject.kind !== "link") notify(NOTHING[subject.kind]);
  else if (link) printAdvice({ ...explainLink(link, stage), now: [describeLink(link, link.id)] });
  else print(describeLink(link, subject.id));
}

const NOTHING = {
  request:
    "Use --at or --since for another time. A request that API Gateway itself refused (403, 404 or 429) reaches no function.",
  delivery:
    "The platform has not sent it to this address, or API Gateway refused it. Look at the deliveries of the app at the platform.",
} as const;
