import { createReadStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";

/** The databases with the schema of Grantkeep. What runs in others is no statement of Grantkeep. */
export const RECORDED_DATABASES = "grantkeep_";

const APPLICATION_NAME = "grantkeep";
const FOLDER = "log";

/**
 * Settings of a PostgreSQL server that logs every statement of every connection, whichever process sends it:
 * the texts as they are sent, without parameters.
 */
export const STATEMENT_LOG_SETTINGS = {
  logging_collector: "on",
  log_destination: "jsonlog",
  log_directory: FOLDER,
  log_filename: "statements.log",
  log_rotation_age: "0",
  log_rotation_size: "0",
  log_statement: "all",
  log_parameter_max_length: "0",
  log_checkpoints: "off",
  // Nothing below a log line: tests cause many errors.
  log_min_messages: "log",
} as const;

const Line = v.object({
  application_name: v.literal(APPLICATION_NAME),
  dbname: v.string(),
  message: v.pipe(v.string(), v.regex(/^(?:statement|execute [^:]+): /)),
});

/** Returns the path of the log of a server with these settings. */
export function statementLogOf(dataDirectory: string): string {
  return path.join(dataDirectory, FOLDER, "statements.json");
}

/**
 * Returns the distinct statements that Grantkeep sent to the databases whose names begin so, in the order of
 * their first use.
 */
export async function readStatements(
  file: string,
  databases: string = RECORDED_DATABASES,
): Promise<Set<string>> {
  const statements = new Set<string>();
  for await (const text of createInterface({ input: createReadStream(file) })) {
    // Parses only the lines that may count: the tests themselves send most of them.
    if (!text.includes(databases)) continue;
    const line = v.safeParse(Line, JSON.parse(text));
    if (line.success && line.output.dbname.startsWith(databases))
      statements.add(line.output.message.replace(/^[^:]+: /, ""));
  }
  return statements;
}
