import { BusEvent, busEventFields, busEventTypes } from "../../functions/invoke/bus-events.ts";
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
