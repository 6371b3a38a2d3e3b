import { RETENTION_DAYS } from "../infra/retention.ts";
import { type DeadLetter, MAX_DEAD_LETTERS } from "./target/dead-letter.ts";
import type { Target } from "./target/target.ts";

type Location = NonNullable<Target["location"]>;

const DAY_MS = 86_400_000;

/**
 * Returns what to do about events that were not processed, in order.
 *
 * The messages are deleted before the replay: an event that fails again is a new message in the same queue.
 */
export function describeSteps(
  letters: readonly DeadLetter[],
  { location }: Pick<Target, "location">,
  now = Date.now(),
): string[] {
  if (!location) return [describeLocal(letters)];
  const groups = Map.groupBy(letters, ({ functionName }) => functionName);
  return [
    "Fix the cause.",
    ...[...groups].flatMap(([name, ofFunction]) => describeQueue(name, ofFunction, location, now)),
    `Some minutes later, check again: npx grantkeep dead-letters --stage ${location.stage}`,
  ];
}

/** Local mode has no queue to empty, and its archive keeps all events until it stops. */
function describeLocal(letters: readonly DeadLetter[]): string {
  const times = timesOf(letters);
  return times.length > 0
    ? `Fix the cause, then deliver the events of that time again: ${replayOf(times)}`
    : "Fix the cause.";
}

function describeQueue(
  name: string,
  letters: readonly DeadLetter[],
  { nameOf, stage }: Location,
  now: number,
): string[] {
  const oldest = now - RETENTION_DAYS.archive * DAY_MS;
  const times = timesOf(letters);
  const archived = times.filter((time) => time > oldest);
  const steps = letters.slice(0, 1).map(({ queueUrl }) => describeEnd(queueUrl, letters.length));
  if (archived.length > 0) {
    const replay = `${replayOf(archived)} --rule ${nameOf(name)} --stage ${stage}`;
    steps.push(`Then deliver the events of that time again: ${replay}`);
  }
  if (archived.length < times.length) {
    steps.push(
      `Events older than ${RETENTION_DAYS.archive} days are no longer in the archive, and cannot be delivered again. ` +
        `Check the installations with their platforms instead: npx grantkeep health-check --fix --stage ${stage}`,
    );
  }
  return steps;
}

/** @see [PurgeQueue](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html) */
function describeEnd(queueUrl: string, count: number): string {
  if (count < MAX_DEAD_LETTERS) {
    return `Delete the messages, and wait a minute until SQS has deleted them: aws sqs purge-queue --queue-url ${queueUrl}`;
  }
  return `Read the queue, then delete its messages, and wait a minute. It may have more than these ${count} events: ${queueUrl}`;
}

/** Returns the times of the events, in milliseconds. */
function timesOf(letters: readonly DeadLetter[]): number[] {
  return letters.flatMap(({ event }) => (event ? [Date.parse(event.time)] : []));
}

/** Returns the command that delivers the events of these times again. */
function replayOf(times: readonly number[]): string {
  const from = toSeconds(Math.floor(Math.min(...times) / 1000));
  const until = toSeconds(Math.ceil(Math.max(...times) / 1000) + 1);
  return `npx grantkeep replay --from ${from} --until ${until}`;
}

function toSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
