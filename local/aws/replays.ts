import * as v from "valibot";
import { ACCOUNT_ID, REGION } from "./account.ts";
import type { BusEvent } from "./bus-event.ts";
import { type AwsReply, awsError, awsReply } from "./reply.ts";

/** As the SDK sends it, in seconds. */
const Time = v.pipe(
  v.number(),
  v.transform((seconds) => seconds * 1000),
);

/** @see [StartReplay](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html) */
const StartReplayRequest = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    ReplayName: v.pipe(v.string(), v.regex(/^[.\-_A-Za-z0-9]{1,64}$/)),
    EventSourceArn: v.string(),
    EventStartTime: Time,
    EventEndTime: Time,
    Destination: v.object({ Arn: v.string() }),
  }),
);

/**
 * Performs `StartReplay`: calls `deliver` for each event of the time, with the name of the replay. The events are not
 * archived again. There is one archive, whatever its name.
 */
export function startReplay(
  input: string,
  events: readonly BusEvent[],
  deliver: (event: BusEvent, replayName: string) => void,
): AwsReply {
  const request = v.safeParse(StartReplayRequest, input);
  if (!request.success) return awsError(400, "ValidationException", "Invalid request.");
  const { ReplayName: name, EventStartTime: from, EventEndTime: until } = request.output;
  if (from >= until) {
    return awsError(400, "ValidationException", "EventEndTime must be after EventStartTime.");
  }
  for (const event of events) {
    const time = Date.parse(event.time);
    if (time >= from && time < until) deliver(event, name);
  }
  return awsReply(200, {
    ReplayArn: `arn:aws:events:${REGION}:${ACCOUNT_ID}:replay/${name}`,
    ReplayStartTime: Date.now() / 1000,
    State: "STARTING",
  });
}
