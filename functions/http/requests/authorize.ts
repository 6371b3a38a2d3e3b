import * as v from "valibot";

export const AuthorizeQuery = v.strictObject({
  redirect_uri: v.optional(v.string()),
  link: v.optional(v.string()),
  request: v.optional(v.string()),
  connect: v.optional(v.literal("true")),
  nonce: v.optional(v.string()),
});

/** The parameters that Grantkeep sends to a platform. A client cannot choose them, and is refused. */
export const PLATFORM_PARAMETERS = ["client_id", "response_type", "scope", "state"];
