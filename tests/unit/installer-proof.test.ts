import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { exchangeAsInstaller } from "../../core/install/installer-proof.ts";
import type { UnprovenGrant } from "../../core/ports/provider.ts";

const REFUSAL = new ServiceError("installation_not_verified", "", { reason: "no_owner" });

function grantOf(organizationId: string): UnprovenGrant["grant"] {
  return {
    organizationId,
    organizationName: organizationId,
    organizationUrl: null,
    providerInstallationId: `1${organizationId}`,
    installedBy: "mia",
    installedById: "5",
    tokens: null,
  };
}

interface Case {
  readonly owned?: readonly string[];
  /** Whether each of the others is recent. */
  readonly others?: Readonly<Record<string, boolean>>;
  /** The senders by organization. */
  readonly senders?: Readonly<Record<string, string>>;
  /** The claimed installation; absent to connect any. */
  readonly claims?: boolean;
  /** The number of the lookup that finds the senders first. */
  readonly arrivesAt?: number;
}

/** Exchanges a code of person 5, and counts the lookups of senders. */
async function exchange(given: Case) {
  const { owned = [], others = {}, senders = {}, claims = false, arrivesAt = 1 } = given;
  const asked: string[] = [];
  const aborted = new AbortController();
  const findSender = async (key: { organizationId: string; providerInstallationId: string }) => {
    asked.push(key.organizationId);
    // The time of the callback ends.
    if (arrivesAt === Number.POSITIVE_INFINITY) aborted.abort();
    expect(key.providerInstallationId).toBe(`1${key.organizationId}`);
    return asked.length < arrivesAt ? undefined : senders[key.organizationId];
  };
  const findVisible = async () => ({
    owned: owned.map(grantOf),
    unproven: Object.entries(others).map(([id, isRecent]) => ({ grant: grantOf(id), isRecent })),
    refusal: REFUSAL,
  });
  const result = exchangeAsInstaller(
    { findSender },
    { platform: "github", findVisible },
    {
      code: "c0de",
      codeVerifier: "",
      redirectUri: "",
      claimedInstallationId: claims ? "1" : null,
      signal: aborted.signal,
    },
  );
  const { grants, awaited } = await result.catch((error: unknown) => {
    throw Object.assign(new Error("refused"), { error, asked });
  });
  return { grants: grants?.map(({ organizationId }) => organizationId), awaited, asked };
}

describe("an installer", () => {
  test("is an owner, or the stored sender of this very installation", async () => {
    const { grants } = await exchange({
      owned: ["10"],
      others: { "20": true, "30": false, "40": true },
      senders: { "20": "5", "30": "5", "40": "6" },
    });

    expect(grants).toEqual(["10", "20", "30"]);
  });

  test("of a claimed installation is waited for", async () => {
    const { grants, asked } = await exchange({
      others: { "20": true },
      senders: { "20": "5" },
      claims: true,
      arrivesAt: 3,
    });

    expect(grants).toEqual(["20"]);
    expect(asked).toHaveLength(3);
  });

  test("who is not named in time is awaited", async () => {
    const { awaited } = await exchange({
      others: { "20": true },
      claims: true,
      arrivesAt: Number.POSITIVE_INFINITY,
    });

    expect(awaited?.organizationId).toBe("20");
  });

  test.each<[string, Case, string]>([
    ["another person", { others: { "20": true }, senders: { "20": "6" } }, "no_installer"],
    [
      "another person, after a claim",
      { others: { "20": true }, senders: { "20": "6" }, claims: true },
      "no_installer",
    ],
    ["a person whom no webhook names", { others: { "20": true } }, "no_owner"],
    ["a person who claims an old one", { others: { "20": false }, claims: true }, "no_owner"],
    ["a person who sees none", {}, "no_owner"],
  ])("is not %s, without waiting", async (_name, given, reason) => {
    await expect(exchange(given)).rejects.toMatchObject({
      error: { code: "installation_not_verified", reason },
      asked: Object.keys(given.others ?? {}),
    });
  });
});
