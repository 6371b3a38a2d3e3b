import * as v from "valibot";
import { type PlatformRequest, readBasic, readFields } from "./http.ts";

/** A body that cannot be read has no fields, and fails for want of a client id. */
const TokenFields = v.fallback(
  v.object({
    client_id: v.optional(v.string()),
    client_secret: v.optional(v.string()),
    grant_type: v.optional(v.string(), "authorization_code"),
    code: v.optional(v.string(), ""),
    redirect_uri: v.optional(v.string()),
    code_verifier: v.optional(v.string()),
    refresh_token: v.optional(v.string(), ""),
  }),
  { grant_type: "authorization_code", code: "", refresh_token: "" },
);
export type TokenFields = v.InferOutput<typeof TokenFields>;

/**
 * The form and the client of a request to a token endpoint; the Basic header goes before the
 * form's own `client_id` and `client_secret`.
 *
 * @see [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)
 */
export function readTokenRequest(request: PlatformRequest) {
  const fields = v.parse(TokenFields, readFields(request));
  const client = readBasic(request) ?? { id: fields.client_id, secret: fields.client_secret };
  return { fields, client };
}
