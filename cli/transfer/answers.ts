import * as v from "valibot";

/** What `import` answers; with errors, nothing was stored. */
export const ImportAnswer = v.object({
  dry_run: v.boolean(),
  created: v.number(),
  unchanged: v.number(),
  verified: v.number(),
  errors: v.array(
    v.object({
      line: v.number(),
      error: v.string(),
      error_description: v.string(),
      installation_id: v.optional(v.string()),
    }),
  ),
});
export type ImportAnswer = v.InferOutput<typeof ImportAnswer>;

/** What `export` answers: a page of installations, encrypted. */
export const ExportAnswer = v.object({
  jwe: v.string(),
  rows: v.number(),
  /** Ids of installations whose secrets do not open. */
  unreadable: v.array(v.string()),
  /** Where to go on, or `null` at the end. */
  last_id: v.nullable(v.string()),
});
