import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { jsonOption, parseDuration, stageOption } from "./command.ts";
import { notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";

const HOUR_MS = 3_600_000;

const RuleName = v.pipe(v.string(), v.regex(/^[.\-_A-Za-z0-9]{1,64}$/));
const Timestamp = v.pipe(v.string(), v.isoTimestamp());

const NOTES_AND_EXAMPLES = `
Each event has the name of the replay in its field replay-name, and the delivery_id or the event_id that it had.
Local mode keeps the events of the last hour, a stage those of the last seven days. On a stage, an event is in
the archive some minutes after it was published.

Examples:
  $ npx grantkeep replay
  $ npx grantkeep replay --from 6h --until 30m --stage production
  $ npx grantkeep replay --from 2026-11-28T09:00:00Z --rule my-bot --stage production`;

/** Creates the command that delivers events of the past to their targets again. */
export function createReplayCommand() {
  const command = new Command("replay")
    .summary("Deliver events of the past again")
    .description("Deliver the events of a time to the targets of the event bus again.")
    .addOption(
      new Option(
        "--from <time>",
        "Replay events from this time: 30m, 12h or 7d ago, or in RFC 3339 (default: 1h).",
      ).argParser(parseTime),
    )
    .addOption(
      new Option("--until <time>", "Replay events before this time (default: now).").argParser(
        parseTime,
      ),
    )
    .addOption(
      new Option(
        "--rule <name>",
        "Deliver to this rule of the bus only. Repeat the option for more rules.",
      ).argParser(addRule),
    )
    .addOption(stageOption("Replay the archive of a deployed stage."))
    .addOption(jsonOption())
    .addHelpText("after", NOTES_AND_EXAMPLES);

  return command.action(async ({ from, until, rule: rules = [], stage, json }) => {
    const now = new Date();
    const time = { from: from ?? new Date(now.getTime() - HOUR_MS), until: until ?? now };
    if (time.from >= time.until) command.error("error: --from must be before --until");
    if (rules.length > 0 && stage === undefined) command.error("error: --rule requires --stage");
    const target = await openTarget(stage);
    const name = `grantkeep-${now.toISOString().replace(/[-:]|\.\d+/g, "")}`;
    await target.replay({ name, ...time, rules });

    if (json) return printJson({ name, from: time.from, until: time.until });
    print(`Replaying the events from ${toText(time.from)} until ${toText(time.until)}.`);
    if (stage !== undefined) notify(`aws events describe-replay --replay-name ${name}`);
  });
}

function parseTime(text: string): Date {
  if (v.is(Timestamp, text)) return new Date(text);
  try {
    return new Date(Date.now() - parseDuration(text) * 1_000);
  } catch {
    throw new InvalidArgumentError(
      "Use a number and m, h or d, such as 12h, or a time in RFC 3339.",
    );
  }
}

function addRule(text: string, before: readonly string[] = []): readonly string[] {
  if (v.is(RuleName, text)) return [...before, text];
  throw new InvalidArgumentError("The name of a rule consists of letters, digits and . - _");
}

function toText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
