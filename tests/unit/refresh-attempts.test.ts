import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import { depsOf, plant, providerOf, requestOf, tokensOf } from "../support/refresh-fixture.ts";

const AWAY = new ServiceError("retry_later", "The database is away.");

describe("an attempt to refresh tokens", () => {
  test("is reported with its outcome", async () => {
    const { refresh, token, attempts } = await plant(-1);
    const { provider } = providerOf(() => tokensOf(1));

    await refresh(token, requestOf(provider));

    expect(attempts).toEqual([
      {
        platform: "jira",
        installationId: token.installationId,
        organizationId: token.organizationId,
        outcome: "ok",
        reason: undefined,
        milliseconds: expect.any(Number),
      },
    ]);
  });

  test("that failed is reported, although the caller gets a usable token", async () => {
    const { refresh, token, attempts } = await plant(180);
    const { provider } = providerOf(() => new ServiceError("provider_unavailable", "Down."));

    const present = await refresh(token, requestOf(provider));

    expect(present.accessToken).toBe("access-0");
    expect(attempts).toMatchObject([{ outcome: "provider_unavailable" }]);
  });

  test("whose tokens could not be stored is reported as a failure", async () => {
    const { store, token } = await plant(-1);
    const deps = depsOf({ tokens: store, leases: { ...store, write: () => Promise.reject(AWAY) } });
    const { provider } = providerOf(() => tokensOf(1));

    await expect(createRefresh(deps)(token, requestOf(provider))).rejects.toBe(AWAY);
    expect(deps.attempts).toMatchObject([{ outcome: "retry_later" }]);
  });

  test("is not reported if the platform was not called", async () => {
    const { refresh, token, attempts } = await plant(180);
    const { provider } = providerOf(() => tokensOf(1));

    await refresh(token, requestOf(provider, 0, 16_999));

    expect(attempts).toEqual([]);
  });
});
