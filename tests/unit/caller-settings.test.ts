import { expect, test } from "vitest";
import { ConfigurationError, parseConfiguration } from "../../core/configuration/parse.ts";

/** Returns the callers of a configuration, or the sentences about their mistakes. */
function parse(callers: unknown): unknown {
  try {
    return parseConfiguration({ brand: { name: "Patchwork" }, callers }, {}).callers;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

const LIMITS = {
  platforms: ["github", "slack"],
  organizations: ["67890", "T0ACME"],
  metadata: { customer: "acme", tier: 2, paid: true },
  permissions: { contents: "read" },
  repositories: ["hello-world"],
};

test("callers are parsed with all of their limits", () => {
  expect(parse({ reviewer: LIMITS, "ci-2": { platforms: ["jira"] } })).toEqual({
    reviewer: LIMITS,
    "ci-2": { platforms: ["jira"] },
  });
});

const only = (change: object) => ({ reviewer: { platforms: ["github"], ...change } });

test.each<[unknown, string]>([
  ["canary", "callers must be an object."],
  [{ live: LIMITS }, "callers.live is the alias without limits: choose another name."],
  [{ Reviewer: LIMITS }, "callers.Reviewer must be a name of a-z, 0-9 and -, at most 32."],
  [{ "7": LIMITS }, "callers.7 must be a name of a-z, 0-9 and -, at most 32."],
  [
    { constructor: LIMITS },
    "callers cannot have a caller with one of the names constructor, prototype, __proto__.",
  ],
  [{ reviewer: {} }, "callers.reviewer.platforms is missing."],
  [only({ platforms: [] }), "callers.reviewer.platforms must have at least one platform."],
  [
    only({ platforms: ["canary"] }),
    'callers.reviewer.platforms[0] must be one of "github", "slack", "jira".',
  ],
  // A misspelled limit that is ignored would be no limit.
  [only({ organisations: ["1"] }), "callers.reviewer.organisations is not a setting."],
  [only({ organizations: [] }), "callers.reviewer.organizations must have at least one id."],
  [
    only({ organizations: ["my org"] }),
    "callers.reviewer.organizations[0] must be the platform's id of an organization.",
  ],
  [only({ metadata: {} }), "callers.reviewer.metadata must have at least one key."],
  [
    only({ metadata: { customer: ["canary"] } }),
    "callers.reviewer.metadata.customer must be a text, a number, true or false.",
  ],
  [only({ permissions: {} }), "callers.reviewer.permissions must have at least one permission."],
  [
    only({ permissions: { contents: "canary" } }),
    'callers.reviewer.permissions.contents must be one of "read", "write", "admin".',
  ],
  [only({ repositories: [] }), "callers.reviewer.repositories must have at least one name."],
  [
    only({ repositories: ["acme/canary"] }),
    "callers.reviewer.repositories[0] must be the name of a repository, without its owner.",
  ],
])("the callers %j are refused: %s", (callers, sentence) => {
  expect(parse(callers)).toEqual([sentence]);
});
