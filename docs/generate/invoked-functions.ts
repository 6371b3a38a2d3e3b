import type { FunctionContract } from "../../functions/invoke/contract/function-contract.ts";
import { INVOKE_CONTRACT } from "../../functions/invoke/contract.ts";
import { requestTable, responseTable } from "./field-table.ts";
import { anchorOf, errorList, jsonBlock, paragraphs, table } from "./markdown.ts";
import { notesOn } from "./notes.ts";

/** Returns a table of the functions that are invoked directly, and a section about each. */
export function invokedFunctions(): string {
  const functions = Object.entries<FunctionContract>(INVOKE_CONTRACT);
  const overview = functions.map(([name, { summary }]) => [
    `[\`${name}\`](#${anchorOf(name)})`,
    summary,
  ]);
  return paragraphs([
    table(["Function", "Does"], overview),
    ...functions.map(([name, contract]) => section(name, contract)),
  ]);
}

function section(name: string, contract: FunctionContract): string {
  const { summary, requestFields, responseFields, examples, errors } = contract;
  const request = requestTable({ schema: contract.request, fields: requestFields });
  const response = responseTable({ schema: contract.response, fields: responseFields });
  return paragraphs([
    `### \`${name}\``,
    summary,
    ...notesOn(name),
    request && `**Request**\n\n${request}`,
    response && `**Response**\n\n${response}`,
    errorList(errors),
    ...examples.flatMap((example) => [
      "**Example**",
      jsonBlock(example.request),
      jsonBlock(example.response),
    ]),
  ]);
}
