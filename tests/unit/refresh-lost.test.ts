import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { toInstall } from "../contract/stores.ts";
import {
  checkOf,
  DEAD,
  DOWN,
  HOUR,
  pass,
  plant,
  plantOld,
  providerOf,
  read,
  requestOf,
  SLACK,
} from "../support/refresh-fixture.ts";

/** Slack, which issues tokens that live for twelve hours. */
const RULES = { ...SLACK, tokensExpire: false };

describe("a refresh token that is rejected as used, after an attempt with an unknown outcome", () => {
  /** The first response is lost, and the second request is rejected. */
  const lostReply = (_: unknown, call: number) => (call === 1 ? DOWN : DEAD);

  test("lets the grant end with its access token, if that is alive, and says so at once", async () => {
    const { store, refresh, token, id, events } = await plantOld(1800);
    const { check, checked } = checkOf("alive");
    const { provider, calls } = providerOf(lostReply, { ...RULES, check });

    const last = await refresh(token, requestOf(provider, HOUR));
    const stored = await read(store, id);
    const again = await refresh(stored, requestOf(provider, HOUR));

    const ending = {
      accessToken: "access-0",
      hasRefreshToken: false,
      grantEndsAt: token.expiresAt,
    };
    expect([last, stored, again]).toMatchObject([ending, ending, ending]);
    expect(calls).toHaveLength(2);
    expect(checked).toEqual(["access-0"]);
    expect(events.published).toMatchObject([
      {
        type: "reauthorization_required",
        reason: "invalid_grant",
        installationId: id,
        grantEndsAt: token.expiresAt,
      },
    ]);
  });

  test.each([
    ["has been ended", 1800, ["access-0"]],
    ["has expired", -1, []],
  ])("ends the grant at once if the access token %s", async (_, life, expected) => {
    const { store, refresh, token, id, events } = await plant(life);
    const { check, checked } = checkOf("dead");
    const { provider } = providerOf(lostReply, { ...RULES, check });

    const failing = refresh(token, requestOf(provider, HOUR));

    await expect(failing).rejects.toMatchObject({ code: "reauthorization_required" });
    expect(await store.find({ id })).toMatchObject({
      inactiveReason: "reauthorization_required",
      lastRefreshError: "invalid_grant",
    });
    expect(checked).toEqual(expected);
    expect(events.published).toMatchObject([
      { type: "reauthorization_required", grantEndsAt: null },
    ]);
  });

  test("ends nothing while the platform does not tell whether the access token is alive", async () => {
    const { store, refresh, token, id, events } = await plantOld(1800);
    const { provider } = providerOf(lostReply, { ...RULES, ...checkOf(DOWN, "alive") });

    const stored = await refresh(token, requestOf(provider));
    const failed = await read(store, id);
    pass(3);
    const last = await refresh(await read(store, id), requestOf(provider));

    expect(stored.accessToken).toBe("access-0");
    expect(failed).toMatchObject({
      refreshAttempts: 1,
      lastRefreshError: "provider_unavailable",
      coolDownSeconds: 2,
    });
    expect(last.grantEndsAt).toEqual(token.expiresAt);
    expect(events.published).toHaveLength(1);
  });

  test("is the same when the attempt was that of a process that died", async () => {
    const { store, refresh, token, id } = await plantOld(1800);
    const { provider, calls } = providerOf(() => DEAD, { ...RULES, ...checkOf("alive") });
    await store.take(token, { seconds: 26 });
    pass(27);

    const last = await refresh(await read(store, id), requestOf(provider));

    expect(last.grantEndsAt).toEqual(token.expiresAt);
    expect(calls).toHaveLength(1);
  });

  test("is the same at Jira, after its ten minutes: the current token is checked once", async () => {
    const { store, refresh, token, id } = await plantOld(900);
    const { check, checked } = checkOf("alive");
    const { provider, calls } = providerOf((_, call) => (call <= 2 ? DOWN : DEAD), { check });
    await refresh(token, requestOf(provider));
    pass(601);

    const last = await refresh(await read(store, id), requestOf(provider));

    expect(last).toMatchObject({ accessToken: "access-0", grantEndsAt: token.expiresAt });
    expect(calls).toHaveLength(3);
    expect(checked).toEqual(["access-0"]);
  });

  test("is returned also to a holder whose lease ended meanwhile, whatever life it needs", async () => {
    const { store, refresh, token, id } = await plantOld(1800);
    const { provider } = providerOf(async () => {
      pass(60);
      const lease = await store.take(await read(store, id), { seconds: 26 });
      if (lease) await store.endLater(lease, "invalid_grant");
      throw DEAD;
    }, RULES);

    const last = await refresh(token, requestOf(provider, HOUR));

    expect(last).toMatchObject({ accessToken: "access-0", grantEndsAt: token.expiresAt });
  });

  test("ends a grant at once whose access token has no known expiry", async () => {
    const { store, refresh, token, id } = await plant(-1, { tokenExpiresAt: null });
    const { provider } = providerOf(lostReply, { ...RULES, ...checkOf("alive") });

    await refresh(token, requestOf(provider)).catch(() => {});

    expect(await store.find({ id })).toMatchObject({ inactiveReason: "reauthorization_required" });
  });

  test("is not what the end of an App's installation is: that ends it, whatever is open", async () => {
    const { store, refresh, token, id } = await plantOld(1800);
    const gone = new ServiceError("installation_inactive", "Gone.", { reason: "uninstalled" });
    const { provider } = providerOf(() => gone, RULES);
    await store.take(token, { seconds: 1 });
    pass(2);

    await expect(refresh(await read(store, id), requestOf(provider))).rejects.toBe(gone);
    expect(await store.find({ id })).toMatchObject({ inactiveReason: "uninstalled" });
  });

  test("changes nothing after a re-install, whose token is returned", async () => {
    const { store, refresh, input, token, id, events } = await plantOld(1800);
    const { provider } = providerOf(lostReply, {
      ...RULES,
      async check() {
        const tokenExpiresAt = new Date(Date.now() + HOUR * 1000);
        await store.upsert(toInstall({ ...input, accessToken: "access-9", tokenExpiresAt }));
        return { status: "active", organizationId: undefined, organizationName: undefined };
      },
    });

    expect((await refresh(token, requestOf(provider))).accessToken).toBe("access-9");
    expect(await store.find({ id })).toMatchObject({ grantEndsAt: null, hasRefreshToken: true });
    expect(events.published).toEqual([]);
  });

  test("without such an attempt it ends the grant at once, and nothing is checked", async () => {
    const { store, refresh, token, id } = await plantOld(1800);
    const { provider, calls } = providerOf(() => DEAD, RULES);

    await expect(refresh(token, requestOf(provider))).rejects.toBe(DEAD);
    expect(await store.find({ id })).toMatchObject({ inactiveReason: "reauthorization_required" });
    expect(calls).toHaveLength(1);
  });
});
