import { BusEvent, busEventFields, busEventTypes } from "../../functions/invoke/bus-events.ts";
import { webhookEventKinds } from "../../functions/invoke/webhook-event-examples.ts";
import { WebhookBusEvent, webhookEventFields } from "../../functions/invoke/webhook-events.ts";
import { responseTable } from "./field-table.ts";
import { jsonBlock, paragraphs, table } from "./markdown.ts";

/** Returns the types of the events on the bus, the fields of an event, and an example. */
export function eventTables(): string {
  const types = Object.entries(busEventTypes);
  const rows = types.map(([type, { summary }]) => [`\`${type}\``, summary]);
  return paragraphs([
    table(["`detail-type`", "Published when"], rows),
    responseTable({ schema: BusEvent, fields: busEventFields }),
    jsonBlock(busEventTypes["installation.uninstalled"].example),
  ]);
}

/** Returns the fields of an event that was made of a delivery, and an example of each kind. */
export function webhookEventTables(): string {
  return paragraphs([
    responseTable({ schema: WebhookBusEvent, fields: webhookEventFields }),
    "Examples, with shortened bodies:",
    ...webhookEventKinds.flatMap(({ summary, example }) => [
      `**\`${example["detail-type"]}\`** – ${summary}`,
      jsonBlock({ "detail-type": example["detail-type"], detail: example.detail }),
    ]),
  ]);
}
