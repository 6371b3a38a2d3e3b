import * as v from "valibot";

/** @see RFC 6749, section 3.3. Without the comma, which separates scopes on GitHub and Slack. */
export const Scope = v.pipe(
  v.string(),
  v.regex(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/, "must be a scope."),
);

const MAX_SCOPES = 100;

/** Scopes as Grantkeep stores them. */
export const Scopes = v.pipe(v.array(Scope), v.maxLength(MAX_SCOPES));

/**
 * Parses scopes as platforms return them, separated by commas or spaces. Those that cannot be stored are left
 * out: the new tokens in the same response must not be lost.
 */
export const ScopeText = v.pipe(
  v.string(),
  v.transform((text) => text.split(/[\s,]+/).filter((scope) => v.is(Scope, scope))),
  v.transform((scopes) => scopes.slice(0, MAX_SCOPES)),
);
