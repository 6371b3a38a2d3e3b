import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { Writable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import * as v from "valibot";

/** A value that the operator copies from a platform. */
interface Field {
  /** The name on the page of the platform. */
  readonly label: string;
  readonly isSecret?: boolean;
  readonly pattern?: RegExp;
}

type Fields = Readonly<Record<string, Field>>;
type Values<Asked extends Fields> = Readonly<Record<keyof Asked & string, string>>;

/** Reads the credentials of an app. */
export type ReadCredentials = <const Asked extends Fields>(fields: Asked) => Promise<Values<Asked>>;

/** Where a person is asked. The output is not standard output, which has the result only. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
}

/** A value is on one line, and has no white space. */
const VALUE = /^\S{1,512}$/;

/** Asks for each value on a terminal. A secret is not shown. */
export function promptCredentials({ input, output }: Terminal): ReadCredentials {
  return async (fields) => {
    const values = new Map<string, string>();
    for (const [name, field] of Object.entries(fields)) {
      const { label, isSecret = false } = field;
      if (isSecret) output.write(`${label} (not shown): `);
      const line = await readLine(input, isSecret ? silent() : output, `${label}: `);
      const value = line.trim();
      if (isSecret) output.write("\n");
      if (!isValue(value, field)) throw malformed(label);
      values.set(name, value);
    }
    return collect(fields, values);
  };
}

/** Reads the values from a JSON object, without a terminal. */
export function readCredentialsFrom(input: Readable): ReadCredentials {
  return async (fields) => {
    const parsed = v.safeParse(
      v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string())),
      await readAll(input),
    );
    if (!parsed.success) throw new Error(`Standard input must be ${exampleOf(fields)}.`);
    const values = new Map(Object.entries(parsed.output));
    for (const [name, field] of Object.entries(fields)) {
      if (!isValue(values.get(name) ?? "", field)) throw malformed(name);
    }
    const unknown = [...values.keys()].find((name) => !(name in fields));
    if (unknown !== undefined) throw new Error(`Standard input must be ${exampleOf(fields)}.`);
    return collect(fields, values);
  };
}

/** Returns whether a person can be asked. */
export function isInteractive({ input, output }: Terminal): boolean {
  return input.isTTY === true && output.isTTY === true;
}

function collect<const Asked extends Fields>(
  fields: Asked,
  values: ReadonlyMap<string, string>,
): Values<Asked> {
  const names = Object.keys(fields);
  const isName = (name: string): name is keyof Asked & string => names.includes(name);
  const Result = v.custom<Values<Asked>>(
    (value) => typeof value === "object" && value !== null && names.every((name) => name in value),
  );
  return v.parse(Result, Object.fromEntries([...values].filter(([name]) => isName(name))));
}

/** On a terminal, readline writes the prompt and what is typed: to `echo`. */
async function readLine(input: Readable, echo: Writable, prompt: string): Promise<string> {
  const lines = createInterface({ input, output: echo, terminal: true, prompt });
  lines.prompt();
  try {
    return await new Promise((resolve, reject) => {
      // Ctrl-C and Ctrl-D.
      lines.once("close", () => reject(new Error("Cancelled. Nothing was stored.")));
      lines.once("line", resolve);
    });
  } finally {
    lines.close();
  }
}

function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function isValue(value: string, { pattern = VALUE }: Field): boolean {
  return VALUE.test(value) && pattern.test(value);
}

/** The message does not quote the value. */
function malformed(name: string): Error {
  return new Error(`The ${name} is missing or malformed. Nothing was stored.`);
}

function exampleOf(fields: Fields): string {
  return JSON.stringify(Object.fromEntries(Object.keys(fields).map((name) => [name, "…"])));
}
