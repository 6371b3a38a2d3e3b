import * as v from "valibot";

/** What `token-lookup` answers, as far as tests look at it. */
export const Token = v.object({
  installation_id: v.string(),
  access_token: v.string(),
  expires_at: v.nullable(v.string()),
});

/** What a caller gets for one lookup. */
export type LookupResult =
  | {
      readonly ok: true;
      readonly token: v.InferOutput<typeof Token>;
      readonly milliseconds: number;
    }
  | { readonly ok: false; readonly code: string; readonly milliseconds: number };
