import { type EventBridgeClient, StartReplayCommand } from "@aws-sdk/client-eventbridge";

/** The events of the past to deliver again. */
export interface ReplayRequest {
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
  /** The names of the rules to deliver to; none: all rules. */
  readonly rules: readonly string[];
}

/** Starts a replay from the archive of a bus to that bus. `arnOf` returns the ARN of a resource of EventBridge. */
export async function startReplay(
  client: EventBridgeClient,
  bus: string,
  arnOf: (resource: string) => string,
  { name, from, until, rules }: ReplayRequest,
): Promise<void> {
  await client.send(
    new StartReplayCommand({
      ReplayName: name,
      EventSourceArn: arnOf(`archive/${bus}`),
      EventStartTime: from,
      EventEndTime: until,
      Destination: {
        Arn: arnOf(`event-bus/${bus}`),
        ...(rules.length > 0 && { FilterArns: rules.map((rule) => arnOf(`rule/${bus}/${rule}`)) }),
      },
    }),
  );
}
