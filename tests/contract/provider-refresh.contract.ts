import { expect, test } from "vitest";
import type { StoredGrant } from "../../core/ports/provider.ts";
import { type OpenProvider, openProvider, type ProviderAdapter } from "./provider-flow.ts";

const DAY_SECONDS = 86_400;

/** The promises of `refresh`. */
export function testProviderRefresh(adapter: ProviderAdapter): void {
  test("gets a new access token that works, with one call", async () => {
    const { install, countRequests, works, ...open } = await openProvider(adapter);
    const stored = await install();
    const before = countRequests();

    const renewed = await refresh(open, stored);

    expect(countRequests() - before).toBe(1);
    expect(renewed.accessToken).not.toBe(stored.accessToken);
    expect(await works(renewed.accessToken ?? "")).toBe(true);
  });

  test("gets tokens again and again, and when the old access token is long dead", async () => {
    const { install, platforms, works, ...open } = await openProvider(adapter);
    const second = await refresh(open, await install());
    await platforms.control.letTimePass(DAY_SECONDS);

    const third = await refresh(open, second);

    expect(await works(second.accessToken ?? "")).toBe(false);
    expect(await works(third.accessToken ?? "")).toBe(true);
  });

  test("ends the access token before it where the provider says so, and nowhere else", async () => {
    const { install, works, ...open } = await openProvider(adapter);
    const stored = await install();

    await refresh(open, stored);

    const survives = open.provider.survivesRefreshes > 0;
    expect(await works(stored.accessToken ?? "")).toBe(survives);
  });

  testEndedGrant(adapter);
  if (adapter.usedRefreshToken === "is dead") testDeadRefreshToken(adapter);
  if (adapter.usedRefreshToken === "works for a while") testLeeway(adapter);
}

function testEndedGrant(adapter: ProviderAdapter): void {
  test("is not to be had with nothing to renew a token with", async () => {
    const { provider } = await openProvider(adapter);

    const nothing = { providerInstallationId: null, hasRefreshToken: false };

    expect(provider.canRefresh(nothing)).toBe(false);
  });

  test.each(adapter.endings)("answers $refresh.code when $name", async (ending) => {
    const { provider, install, platforms, failureOf } = await openProvider(adapter);
    const stored = await install();
    await ending.end(platforms);

    const failure = await failureOf(provider.refresh(stored));

    expect(failure).toMatchObject(ending.refresh);
  });
}

function testDeadRefreshToken(adapter: ProviderAdapter): void {
  test("is refused with a refresh token that was used", async () => {
    const { install, failureOf, provider, ...open } = await openProvider(adapter);
    const stored = await install();
    await refresh({ ...open, provider }, stored);

    const failure = await failureOf(provider.refresh(stored));

    expect(failure.code).toBe("reauthorization_required");
    expect(provider.reuseLeewaySeconds).toBe(0);
  });
}

function testLeeway(adapter: ProviderAdapter): void {
  test("works with a refresh token that was used, until the leeway is over", async () => {
    const { install, failureOf, provider, works, platforms, ...open } = await openProvider(adapter);
    const stored = await install();
    await refresh({ ...open, provider }, stored);
    await platforms.control.letTimePass(provider.reuseLeewaySeconds - 10);
    const again = await refresh({ ...open, provider }, stored);
    const isWorking = await works(again.accessToken ?? "");
    await platforms.control.letTimePass(20);

    const failure = await failureOf(provider.refresh(stored));

    expect(isWorking).toBe(true);
    expect(failure.code).toBe("reauthorization_required");
  });
}

/** Returns the tokens to store after a refresh. Without a new refresh token, the old one stays valid. */
async function refresh(
  { provider, vault }: Pick<OpenProvider, "provider" | "vault">,
  stored: StoredGrant,
): Promise<StoredGrant> {
  const { accessToken, refreshToken } = await provider.refresh(stored);
  vault.know(accessToken, refreshToken);
  return { ...stored, accessToken, refreshToken: refreshToken ?? stored.refreshToken };
}
