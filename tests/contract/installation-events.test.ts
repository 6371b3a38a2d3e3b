import * as v from "valibot";
import { afterAll, describe } from "vitest";
import type { InstallationEvent } from "../../core/ports/installation-events.ts";
import {
  createInstallationEvents,
  eventsSent,
} from "../../functions/environment/installation-events.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { testInstallationEvents } from "./installation-events.contract.ts";

const Type = v.picklist(["created", "reinstalled", "uninstalled", "reauthorization_required"]);

const Detail = v.strictObject({
  installation_id: v.string(),
  platform: v.picklist(["github", "slack", "jira"]),
  organization_id: v.string(),
  organization_name: v.string(),
  occurred_at: v.string(),
  reason: v.optional(v.string()),
});

const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map(),
  functions: new Map(),
});

Object.assign(process.env, {
  AWS_ENDPOINT_URL: aws.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
  EVENT_BUS_NAME: "bus-1",
});

afterAll(() => aws.close());

function toEvent({ detailType, detail }: (typeof aws.events)[number]): InstallationEvent {
  const fields = v.parse(Detail, detail);
  return {
    type: v.parse(Type, detailType.replace("installation.", "")),
    installationId: fields.installation_id,
    platform: fields.platform,
    organizationId: fields.organization_id,
    organizationName: fields.organization_name,
    occurredAt: new Date(fields.occurred_at),
    reason: fields.reason ?? null,
  };
}

describe("installation events on EventBridge", () => {
  testInstallationEvents(async () => {
    aws.fail(undefined);
    const before = aws.events.length;
    return {
      events: createInstallationEvents(),
      async received() {
        await eventsSent();
        return aws.events.slice(before).map(toEvent);
      },
      breakReceiver: () => aws.fail({ service: "events", kind: "internal" }),
    };
  });
});
