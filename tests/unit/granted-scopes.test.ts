import { expect, test } from "vitest";
import { findMissingScopes, findUngranted } from "../../core/grants/granted-scopes.ts";

test.each<[string, readonly string[], readonly string[], readonly string[]]>([
  ["nothing, if all were granted", ["chat:write", "users:read"], ["users:read"], []],
  ["what was not granted, in the wanted order", ["b"], ["c", "a", "b"], ["c", "a"]],
  ["nothing that a scope of GitHub includes", ["repo", "user"], ["public_repo", "user:email"], []],
  ["nothing two levels below", ["admin:org"], ["read:org"], []],
  ["a scope that includes a granted one", ["read:org"], ["write:org"], ["write:org"]],
  ["no offline_access, which GitHub does not list", ["repo"], ["repo", "offline_access"], []],
  ["a scope with the name of an object's property", ["constructor"], ["toString"], ["toString"]],
  ["all, if nothing was granted", [], ["repo"], ["repo"]],
])("the missing scopes are %s", (_, granted, wanted, missing) => {
  expect(findMissingScopes(granted, wanted)).toEqual(missing);
});

test("nothing counts as ungranted if the granted scopes are not known", () => {
  expect([findUngranted([], ["repo"]), findUngranted(["gist"], ["repo"])]).toEqual([[], ["repo"]]);
});
