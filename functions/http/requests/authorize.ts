import * as v from "valibot";

export const AuthorizeQuery = v.strictObject({
  redirect_uri: v.optional(v.string()),
  link: v.optional(v.string()),
});
