import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type {
  PendingInstallation,
  PendingInstallations,
} from "../../core/ports/pending-installations.ts";
import type { Grant } from "../../core/ports/provider.ts";

function grantOf(organizationId: string): Grant {
  return {
    organizationId,
    organizationName: `Site ${organizationId}`,
    organizationUrl: `https://${organizationId}.atlassian.net`,
    providerInstallationId: null,
    installedBy: "mia@example.com",
    installedById: "account-1",
    tokens: {
      accessToken: "jira-FAKE1",
      refreshToken: "jira-FAKE2",
      expiresInSeconds: 3_600,
      refreshTokenExpiresInSeconds: null,
      scopes: ["read:jira-work"],
    },
  };
}

export function newPending(): PendingInstallation {
  return {
    id: randomBytes(16).toString("hex"),
    platform: "jira",
    cookieHash: "hash-1",
    grants: [grantOf("one"), grantOf("two")],
    redirectUri: "https://app.example.com/callback",
    metadata: { customer: "c-1" },
    link: { id: `link-${"0".repeat(32)}`, installationId: null, replaces: false },
  };
}

/** Returns the installation that `take` returns for one that was put: its tokens have less life left. */
function takenOf(put: PendingInstallation): PendingInstallation {
  const grants = put.grants.map((grant) => ({
    ...grant,
    tokens: grant.tokens && { ...grant.tokens, expiresInSeconds: expect.any(Number) },
  }));
  return { ...put, grants };
}

/** The promises of `PendingInstallations`, for every adapter to keep. */
export function testPendingInstallations(create: () => Promise<PendingInstallations>): void {
  const choice = { cookieHash: "hash-1", organizationId: "two" };

  test("returns what was put, with its tokens", async () => {
    const pending = await create();
    const put = newPending();
    await pending.put(put);

    expect(await pending.take(put.id, choice)).toEqual(takenOf(put));
  });

  test("returns it once", async () => {
    const pending = await create();
    const put = newPending();
    await pending.put(put);

    const taken = await Promise.all(Array.from({ length: 20 }, () => pending.take(put.id, choice)));

    expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
  });

  test.each([
    ["another cookie", { ...choice, cookieHash: "hash-2" }],
    ["an organization that was not granted", { ...choice, organizationId: "three" }],
  ])("is not consumed by %s", async (_, wrong) => {
    const pending = await create();
    const put = newPending();
    await pending.put(put);

    expect(await pending.take(put.id, wrong)).toBeUndefined();
    expect(await pending.take(put.id, choice)).toEqual(takenOf(put));
  });

  test("returns undefined if there is none", async () => {
    const pending = await create();

    expect(await pending.take("0".repeat(32), choice)).toBeUndefined();
  });
}
