import * as v from "valibot";
import { List } from "./settings.ts";

/** @see RFC 6749, section 3.3. Without the comma, which separates scopes on GitHub and Slack. */
const Scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/));

/** Scopes as Grantkeep stores them. */
export const Scopes = v.pipe(v.array(Scope), v.maxLength(100));

/** Parses scopes as platforms return them, separated by commas or spaces. */
export const ScopeText = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.transform((text) => text.split(/[\s,]+/).filter((scope) => scope !== "")),
  Scopes,
);

/** The scopes in a setting: at least one. */
export const ScopeList = v.pipe(List, Scopes, v.nonEmpty());
