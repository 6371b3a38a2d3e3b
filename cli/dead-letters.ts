import { Command } from "@commander-js/extra-typings";
import { jsonOption, stageOption } from "./command.ts";
import { describeSteps } from "./dead-letter-steps.ts";
import { formatTable, print, printJson } from "./output.ts";
import { styled } from "./styles.ts";
import { type DeadLetter, MAX_DEAD_LETTERS } from "./target/dead-letter.ts";
import { openTarget } from "./target/open.ts";
import { toClock } from "./time.ts";
import { ADVICE } from "./why/advice.ts";

const HEADINGS = ["FAILED", "FUNCTION", "EVENT", "DELIVERY", "ATTEMPTS", "ERROR"];

const NOTES_AND_EXAMPLES = `
Events stay in the queue of their function for two weeks; local mode keeps them until it stops. The command changes
nothing, and prints at most ${MAX_DEAD_LETTERS} events of each function, without their contents.

Examples:
  $ npx grantkeep dead-letters
  $ npx grantkeep dead-letters --stage production`;

/** Creates the command that shows which events functions did not process, and why. */
export function createDeadLettersCommand() {
  return new Command("dead-letters")
    .summary("Show events that were not processed")
    .description(
      "Show the events that a function behind a rule of the event bus did not process, with the error, and how to " +
        "deliver them again.",
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText("after", NOTES_AND_EXAMPLES)
    .action(async ({ stage, json }) => {
      const target = await openTarget(stage);
      const letters = await target.readDeadLetters();
      if (json) return printJson({ items: letters.map(toJson) });
      if (letters.length === 0) return print("All events were processed.");
      print(formatTable(HEADINGS, letters.map(toCells)).join("\n"));
      print("");
      for (const cause of new Set(letters.map(describeCause))) {
        print(`${styled("bold", "Why")}   ${cause}`);
      }
      for (const step of describeSteps(letters, target))
        print(`${styled("bold", "Do")}    ${step}`);
    });
}

function toJson({ functionName, queueUrl, failedAt, error, message, attempts, event }: DeadLetter) {
  return {
    function: functionName,
    failed_at: failedAt,
    error,
    message: message ?? null,
    attempts: attempts ?? null,
    event: event?.["detail-type"] ?? null,
    event_time: event?.time ?? null,
    delivery_id: event?.detail.delivery_id ?? null,
    queue_url: queueUrl,
  };
}

function toCells({ failedAt, functionName, event, attempts, error }: DeadLetter): string[] {
  return [
    toClock(failedAt),
    functionName,
    event?.["detail-type"] ?? "unknown",
    event?.detail.delivery_id ?? "",
    String(attempts ?? "not started"),
    styled("red", error),
  ];
}

function describeCause(letter: DeadLetter): string {
  const { functionName, queueUrl, sentBy, error, message, event } = letter;
  if (sentBy === "EventBridge") {
    return `${error}: EventBridge could not start ${functionName}. ${message ?? ""}`.trimEnd();
  }
  if (sentBy === undefined) {
    return `${error}: The message has neither an event nor a record of Lambda. Read it in its queue: ${queueUrl}`;
  }
  const cause = describeFailure(letter);
  return event
    ? cause
    : `${cause} ${functionName} was not invoked with an event of Grantkeep: a replay does not deliver it again.`;
}

function describeFailure({ functionName, error, message }: DeadLetter): string {
  const [, advice] = Object.entries(ADVICE).find(([code]) => code === error) ?? [];
  if (advice) return [`${error}:`, message, advice.why].filter(Boolean).join(" ");
  if (error === "EventAgeExceeded") {
    return `${error}: Lambda could not start ${functionName} for six hours: it was throttled, or Lambda failed.`;
  }
  return `${error}: ${functionName} timed out, ran out of memory, or did not start. Read the lines of Lambda in its log group.`;
}
