import * as v from "valibot";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { requestTables, responseTables } from "./field-tables.ts";
import { anchorOf, httpBlock, table } from "./markdown.ts";
import { SCHEMAS, SchemaName } from "./route-schemas.ts";
import descriptions from "./routes.json" with { type: "json" };

const Headers = v.optional(v.record(v.string(), v.string()), {});

const Descriptions = v.record(
  v.string(),
  v.strictObject({
    does: v.string(),
    notes: v.optional(v.array(v.string()), []),
    schemas: v.optional(
      v.strictObject({
        query: v.optional(SchemaName),
        body: v.optional(SchemaName),
        form: v.optional(SchemaName),
        responses: v.optional(v.array(SchemaName), []),
      }),
      {},
    ),
    examples: v.array(
      v.strictObject({
        title: v.optional(v.string()),
        request: v.strictObject({
          path: v.string(),
          headers: Headers,
          form: v.optional(v.record(v.string(), v.string())),
          body: v.optional(v.unknown()),
        }),
        response: v.strictObject({
          status: v.number(),
          headers: Headers,
          body: v.optional(v.unknown()),
        }),
      }),
    ),
  }),
);
type Description = v.InferOutput<typeof Descriptions>[string];
type Example = Description["examples"][number];

const AUTH = {
  public: "public",
  signature: "the platform's signature",
  iam: "IAM",
};

/**
 * Returns a table of the routes of the HTTP API, and a section about each.
 *
 * @throws {Error} if a route is not described, or an example does not match its schemas
 */
export function routes(): string[] {
  const described = v.parse(Descriptions, descriptions);
  const entries = functionsTriggeredBy("route").map(({ name, trigger }) => {
    const description = described[name];
    if (!description) throw new Error(`docs/generate/routes.json lacks ${name}.`);
    const { method, path, auth } = trigger;
    return { name, method, title: `${method} ${path}`, auth: AUTH[auth], description };
  });
  const overview = entries.map(({ title, auth, description: { does } }) => [
    `[\`${title}\`](#${anchorOf(title)})`,
    auth,
    does,
  ]);
  const sections = entries.map(({ name, method, title, auth, description }) =>
    [
      `### \`${title}\``,
      description.does,
      `Auth: ${auth}.`,
      ...description.notes,
      ...tables(name, description),
      ...description.examples.flatMap((example) =>
        exampleBlocks(name, method, example, description),
      ),
    ].join("\n\n"),
  );
  return [table(["Route", "Auth", "Does"], overview), ...sections];
}

function tables(name: string, { schemas }: Description): string[] {
  const parts = { Query: schemas.query, Body: schemas.body, Form: schemas.form };
  return [
    ...Object.entries(parts).flatMap(([title, schema]) =>
      schema ? [`**${title}**`, ...requestTables(name, SCHEMAS[schema])] : [],
    ),
    ...(schemas.responses ?? []).flatMap((schema) => responseOf(name, schema)),
  ];
}

function responseOf(name: string, schema: SchemaName): string[] {
  if (schema === "InstallationItem") return ["**Response**: an [installation](#the-installation)."];
  if (schema === "WebhookAccepted") return [];
  const hidden = schema === "InstallationPage" ? "items[]." : undefined;
  return ["**Response**", ...responseTables(name, SCHEMAS[schema], { ...(hidden && { hidden }) })];
}

function exampleBlocks(
  name: string,
  method: string,
  { title = "Example", request, response }: Example,
  { schemas }: Description,
): string[] {
  const { path, headers, form, body } = request;
  const query = Object.fromEntries(new URL(path, "https://bot.example.com").searchParams);
  requireValid(name, schemas.query, query);
  requireValid(name, schemas.body, body);
  requireValid(name, schemas.form, form);
  const allowed = schemas.responses ?? [];
  if (
    response.body !== undefined &&
    !allowed.some((schema) => v.is(SCHEMAS[schema], response.body))
  ) {
    throw new Error(`An example of ${name} has a response that no schema describes.`);
  }
  const sent = form === undefined ? body : new URLSearchParams(form).toString();
  return [
    `**${title}**`,
    httpBlock(`${method} ${path}`, headers, sent),
    httpBlock(`HTTP/1.1 ${response.status}`, response.headers, response.body),
  ];
}

function requireValid(name: string, schema: SchemaName | undefined, example: unknown): void {
  if (schema === undefined) return;
  const issues = v.safeParse(SCHEMAS[schema], example).issues;
  if (issues) throw new Error(`An example of ${name} is not valid: ${v.summarize(issues)}`);
}
