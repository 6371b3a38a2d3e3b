import * as v from "valibot";

const text = v.optional(v.string());

/** The fields of a line that commands read. A line of another version may have others. */
const Fields = v.looseObject({
  message: text,
  level: text,
  route: text,
  status: v.optional(v.number()),
  request_id: text,
  caller: text,
  platform: text,
  organization_id: text,
  installation_id: text,
  link_id: text,
  delivery_id: text,
  event: text,
  error: text,
  reason: text,
  outcome: text,
});

const Text = v.pipe(v.string(), v.parseJson(), Fields);

export type LineFields = Readonly<v.InferOutput<typeof Fields>>;

/** Returns the fields of a log line; `undefined` for a text that is none of Grantkeep's. */
export function parseLine(text: string): LineFields | undefined {
  const fields = v.safeParse(Text, text);
  return fields.success ? fields.output : undefined;
}
