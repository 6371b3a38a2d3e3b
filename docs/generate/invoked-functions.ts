import * as v from "valibot";
import { INVOKE_CONTRACT } from "../../functions/invoke/contract.ts";
import { requestTables, responseTables } from "./field-tables.ts";
import descriptions from "./invoked-functions.json" with { type: "json" };
import { jsonBlock } from "./markdown.ts";

const Descriptions = v.record(
  v.string(),
  v.strictObject({
    does: v.string(),
    notes: v.optional(v.array(v.string()), []),
    examples: v.array(
      v.strictObject({
        title: v.optional(v.string()),
        request: v.unknown(),
        response: v.unknown(),
      }),
    ),
  }),
);
type Description = v.InferOutput<typeof Descriptions>[string];
type Schemas = (typeof INVOKE_CONTRACT)[keyof typeof INVOKE_CONTRACT];

/**
 * Returns the section of each function that is invoked directly.
 *
 * @throws {Error} if a function is not described, or an example does not match its schema
 */
export function invokedFunctions(): string[] {
  const described = v.parse(Descriptions, descriptions);
  return Object.entries(INVOKE_CONTRACT).map(([name, schemas]) => {
    const description = described[name];
    if (!description) throw new Error(`docs/generate/invoked-functions.json lacks ${name}.`);
    return section(name, description, schemas);
  });
}

function section(name: string, { does, notes, examples }: Description, schemas: Schemas): string {
  const requests = requestTables(name, schemas.request);
  const responses = responseTables(name, schemas.response);
  return [
    `### \`${name}\``,
    does,
    ...notes,
    ...(requests.length > 0 ? ["**Request**", ...requests] : []),
    "**Response**",
    ...responses,
    ...examples.flatMap(({ title = "Example", request, response }) => [
      `**${title}**`,
      jsonBlock(requireValid(name, schemas.request, request)),
      jsonBlock(requireValid(name, schemas.response, response)),
    ]),
  ].join("\n\n");
}

/** Returns an example as it is, without the defaults that its schema would add. */
function requireValid(name: string, schema: v.GenericSchema, example: unknown): unknown {
  const issues = v.safeParse(schema, example).issues;
  if (issues) throw new Error(`An example of ${name} is not valid: ${v.summarize(issues)}`);
  return example;
}
