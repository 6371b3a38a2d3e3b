import { type EventBridgeClient, StartReplayCommand } from "@aws-sdk/client-eventbridge";
import { rulesOf } from "../../infra/rule-arns.ts";

/** The events of the past to deliver again. */
export interface ReplayRequest {
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
  /** The names of the rules to deliver to; none: all rules. */
  readonly rules: readonly string[];
}

/** An archive, and the bus whose events it has: the only one that they can be replayed to. */
export interface ReplaySource {
  readonly archive: string;
  /** The name or the ARN of the bus. */
  readonly bus: string;
  /** Returns the ARN of a resource of EventBridge. */
  readonly arnOf: (resource: string) => string;
}

/**
 * Starts a replay from an archive to its bus.
 *
 * @see [ReplayDestination](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ReplayDestination.html)
 */
export async function startReplay(
  client: EventBridgeClient,
  { archive, bus, arnOf }: ReplaySource,
  { name, from, until, rules }: ReplayRequest,
): Promise<void> {
  const busArn = bus.startsWith("arn:") ? bus : arnOf(`event-bus/${bus}`);
  await client.send(
    new StartReplayCommand({
      ReplayName: name,
      EventSourceArn: arnOf(`archive/${archive}`),
      EventStartTime: from,
      EventEndTime: until,
      Destination: {
        Arn: busArn,
        ...(rules.length > 0 && { FilterArns: rules.map((rule) => `${rulesOf(busArn)}/${rule}`) }),
      },
    }),
  );
}
