import * as v from "valibot";

export const CheckRequest = v.strictObject({
  stage: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,40}$/))),
});
