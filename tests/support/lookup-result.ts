import * as v from "valibot";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";

/** The fields of a `token-lookup` response that tests compare. */
export const Token = v.pick(TokenLookupResponse, ["installation_id", "access_token", "expires_at"]);

/** The result of one lookup. */
export type LookupResult =
  | {
      readonly ok: true;
      readonly token: v.InferOutput<typeof Token>;
      readonly milliseconds: number;
    }
  | { readonly ok: false; readonly code: string; readonly milliseconds: number };
