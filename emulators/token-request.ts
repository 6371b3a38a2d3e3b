import * as v from "valibot";
import { type RequestContext, readBasic, readFields } from "./http.ts";

/** An unreadable body counts as one without fields and is refused for its missing client id. */
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
 * Returns the fields and the client of a token request. A Basic header takes precedence over
 * `client_id` and `client_secret` in the body.
 *
 * @see [RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)
 */
export function readTokenRequest(c: RequestContext) {
  const fields = v.parse(TokenFields, readFields(c));
  const client = readBasic(c) ?? { id: fields.client_id, secret: fields.client_secret };
  return { fields, client };
}
