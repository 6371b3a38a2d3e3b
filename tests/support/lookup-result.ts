import * as v from "valibot";

/** The fields of a `token-lookup` response that tests compare. */
export const Token = v.object({
  installation_id: v.string(),
  access_token: v.string(),
  expires_at: v.nullable(v.string()),
});

/** The result of one lookup. */
export type LookupResult =
  | {
      readonly ok: true;
      readonly token: v.InferOutput<typeof Token>;
      readonly milliseconds: number;
    }
  | { readonly ok: false; readonly code: string; readonly milliseconds: number };
