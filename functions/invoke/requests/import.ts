import * as v from "valibot";

export const MAX_IMPORT_ROWS = 1_000;
export const MAX_IMPORT_BYTES = 4_000_000;

export const ImportRequest = v.strictObject({
  ndjson: v.string(),
  verify: v.optional(v.boolean(), false),
  dry_run: v.optional(v.boolean(), false),
});
