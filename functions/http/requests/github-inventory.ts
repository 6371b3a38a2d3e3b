import * as v from "valibot";

export const GithubInventoryQuery = v.strictObject({
  page: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/), v.transform(Number)), "1"),
});
