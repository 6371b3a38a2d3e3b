import { describe, expect, test } from "vitest";
import type { CallerLimits } from "../../core/configuration/callers.ts";
import type { InstallationCreate } from "../../core/installation.ts";
import type { Narrowing, OAuthProvider } from "../../core/ports/provider.ts";
import { lookUpToken } from "../../core/tokens/lookup.ts";
import { findLimits, readAlias } from "../../functions/invoke/caller.ts";
import { createDeps, github, LOOKUP } from "../support/lookup-fixture.ts";

const app: OAuthProvider = {
  ...github,
  kind: "github_app",
  narrow: () => Promise.reject(new Error("The test records the narrowing instead.")),
};

/** Looks a token of an installation up within limits, and returns what it was narrowed to. */
async function lookUp(
  limits: Partial<CallerLimits>,
  installation: Partial<InstallationCreate> = {},
  requested?: Narrowing,
): Promise<Narrowing | undefined> {
  const isApp = installation.kind !== "oauth_app";
  const { create, deps } = createDeps([isApp ? app : github]);
  const kind = { kind: "github_app", providerInstallationId: "42" } as const;
  const { id } = await create({ ...kind, ...installation });
  const narrow: typeof deps.narrow = async (token) => token;
  const token = await lookUpToken(
    { ...deps, narrow },
    { ...LOOKUP, key: { id }, limits: { platforms: ["github"], ...limits }, narrowing: requested },
  );
  return token.narrowing;
}

const READ_CONTENTS = { permissions: { contents: "read" as const } };

describe("a token of a caller with limits", () => {
  test.each<[string, Partial<CallerLimits>, Narrowing | undefined, Narrowing | undefined]>([
    ["is not narrowed without such a limit", {}, undefined, undefined],
    ["is narrowed to its permissions", READ_CONTENTS, undefined, READ_CONTENTS],
    [
      "has the lower of two levels",
      READ_CONTENTS,
      { permissions: { contents: "admin", issues: "write" } },
      READ_CONTENTS,
    ],
    [
      "keeps a lower level that is requested",
      { permissions: { contents: "write" } },
      READ_CONTENTS,
      READ_CONTENTS,
    ],
    [
      "keeps the requested permissions when only repositories are limited",
      { repositories: ["one"] },
      { permissions: { issues: "read" } },
      { repositories: ["one"], permissions: { issues: "read" } },
    ],
    [
      "is narrowed to the repositories that are requested and allowed",
      { repositories: ["One", "two"] },
      { repositories: ["one", "three"] },
      { repositories: ["one"] },
    ],
  ])("%s", async (_, limits, requested, narrowing) => {
    expect(await lookUp(limits, {}, requested)).toEqual(narrowing);
  });

  test("without a request has only the permissions that the organization has granted", async () => {
    const limits = { permissions: { contents: "write", issues: "read" } as const };

    expect(await lookUp(limits, { permissions: { contents: "read", actions: "write" } })).toEqual(
      READ_CONTENTS,
    );
    await expect(lookUp(limits, { permissions: { actions: "write" } })).rejects.toMatchObject({
      code: "missing_scope",
    });
  });

  test.each([READ_CONTENTS, { repositories: ["one"] }])(
    "of an OAuth App, which cannot be narrowed, is refused with the limit %j",
    async (limits) => {
      await expect(lookUp(limits, { kind: "oauth_app" })).rejects.toMatchObject({
        code: "not_allowed",
        reason: "kind",
      });
      expect(await lookUp({}, { kind: "oauth_app" })).toBeUndefined();
    },
  );

  test.each<[object, boolean]>([
    [{ customer: "acme", other: 1 }, true],
    [{ customer: "ACME" }, false],
    [{ customer: ["acme"] }, false],
    [{}, false],
  ])("with metadata: an installation with %j is allowed: %s", async (metadata, isAllowed) => {
    const result = lookUp({ metadata: { customer: "acme" } }, { metadata: { ...metadata } });

    if (isAllowed) await expect(result).resolves.toBeUndefined();
    else await expect(result).rejects.toMatchObject({ code: "not_allowed", reason: "metadata" });
  });

  test("is not compared with what every object has", async () => {
    await expect(lookUp({ metadata: { toString: "acme" } })).rejects.toMatchObject({
      code: "not_allowed",
    });
  });
});

const FUNCTION =
  "arn:aws:lambda:eu-central-1:123456789012:function:grantkeep-production-token-lookup";
const CALLERS = new Map<string, CallerLimits>([["reviewer", { platforms: ["github"] }]]);

describe("the alias of an invocation", () => {
  test.each([
    [FUNCTION, "live"],
    [`${FUNCTION}:$LATEST`, "live"],
    [`${FUNCTION}:live`, "live"],
    [`${FUNCTION}:reviewer`, "reviewer"],
    [`${FUNCTION}:42`, "42"],
    [FUNCTION.replace("aws", "aws-us-gov"), "live"],
    [`${FUNCTION}:`, "$unknown"],
    [`${FUNCTION}:live:reviewer`, "$unknown"],
    [`${FUNCTION}:$OTHER`, "$unknown"],
    ["", "$unknown"],
  ])("in %s is %s", (arn, alias) => {
    expect(readAlias(arn)).toBe(alias);
  });

  test("must be live or a caller of the configuration", () => {
    expect(findLimits(CALLERS, "live")).toBeUndefined();
    expect(findLimits(CALLERS, "reviewer")).toEqual({ platforms: ["github"] });
    for (const alias of ["$unknown", "42", "Reviewer", "constructor"]) {
      expect(() => findLimits(CALLERS, alias)).toThrow(
        expect.objectContaining({ code: "not_allowed", reason: "alias" }),
      );
    }
  });
});
