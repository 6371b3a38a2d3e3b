import { describe, expect, test } from "vitest";
import type { Narrowing, StoredGrant } from "../../core/ports/provider.ts";
import { codesOf, plantApp, READ } from "../support/narrowing-fixture.ts";
import {
  HOUR,
  jira,
  pass,
  read,
  rejection,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

const RW = { permissions: { contents: "read", issues: "write" } };
const RW_TURNED = { issues: "write", contents: "read" };
const AB = { repositories: ["a", "b"] };
const REFUSED = rejection("invalid_request");

describe("a narrowed token", () => {
  test("is minted once for all who need the same at once, and kept until its life gets too short", async () => {
    const { lookUp, calls } = await plantApp((call) => tokensOf(call, null));

    const together = await Promise.all([1, 2, 3].map(() => lookUp()));
    pass(HOUR - 901);
    const later = await lookUp();
    pass(2);
    const after = await lookUp();

    expect(together.map(({ accessToken }) => accessToken)).toEqual(Array(3).fill("access-1"));
    expect([later.accessToken, after.accessToken]).toEqual(["access-1", "access-2"]);
    expect(calls).toEqual([READ, READ]);
  });

  test("is another for another narrowing, and for other tokens of the installation", async () => {
    const { store, token, lookUp } = await plantApp((call) => tokensOf(call, null));

    const first = await lookUp();
    const other = await lookUp({ repositories: ["a"] });
    await store.expireToken(token);
    const newer = await lookUp();

    expect([first, other, newer].map(({ accessToken }) => accessToken)).toEqual([
      "access-1",
      "access-2",
      "access-3",
    ]);
  });

  test("is refused where the provider has none", async () => {
    const { narrow, token, calls } = await plantApp((call) => tokensOf(call, null));

    const narrowing = narrow(token, { ...requestOf(jira), narrowing: READ });

    await expect(narrowing).rejects.toMatchObject({
      code: "invalid_request",
      message: "Only tokens of a GitHub App can be narrowed.",
    });
    expect(calls).toEqual([]);
  });

  test("is minted with no token of the installation, whose id is enough", async () => {
    const grants: StoredGrant[] = [];
    const { lookUp } = await plantApp((call, grant) => {
      grants.push(grant);
      return tokensOf(call, null);
    });

    await lookUp();

    expect(grants).toMatchObject([
      { providerInstallationId: "42", accessToken: null, refreshToken: null },
    ]);
  });

  test.each<[string, Narrowing, Narrowing, number]>([
    ["the same repositories in another order", { repositories: ["b", "a"] }, AB, 1],
    ["other repositories", { repositories: ["a"] }, AB, 2],
    ["permissions instead of repositories", READ, AB, 2],
    ["the same permissions in another order", RW, { permissions: RW_TURNED }, 1],
    ["other permissions", READ, RW, 2],
    ["permissions and repositories", { ...READ, ...AB }, READ, 2],
  ])("is shared, or not: %s", async (_, one, other, expected) => {
    const { lookUp, calls } = await plantApp((call) => tokensOf(call, null));

    await lookUp(one);
    await lookUp(other);

    expect(calls).toHaveLength(expected);
  });

  test("that does not expire is kept", async () => {
    const { lookUp, calls } = await plantApp((call) => ({
      ...tokensOf(call, null),
      expiresInSeconds: null,
    }));

    await lookUp();
    pass(100 * HOUR);
    await lookUp();

    expect(calls).toHaveLength(1);
  });

  test("is kept in a process with 500 others, and no more", async () => {
    const { lookUp, calls } = await plantApp((call) => tokensOf(call, null));
    const repository = (number: number) => ({ repositories: [`r${number}`] });
    for (let number = 0; number < 500; number += 1) await lookUp(repository(number));

    await lookUp(repository(0));
    const kept = calls.length;
    await lookUp(repository(500));
    await lookUp(repository(1));
    const keptToo = calls.length;
    await lookUp(repository(0));

    expect([kept, keptToo, calls.length]).toEqual([500, 501, 502]);
  });
});

describe("a narrowing that the installation does not grant", () => {
  test("is remembered for a minute, in which nothing is requested", async () => {
    const { lookUp, calls, store, id } = await plantApp(() => REFUSED);

    const first = await codesOf([lookUp(), lookUp()]);
    pass(59);
    const later = await codesOf([lookUp()]);
    const callsInMinute = calls.length;
    pass(2);
    const after = await codesOf([lookUp()]);

    expect([...first, ...later, ...after]).toEqual(Array(4).fill("invalid_request"));
    expect([callsInMinute, calls.length]).toEqual([1, 2]);
    expect(await read(store, id)).toMatchObject({ coolDownSeconds: null, isActive: true });
  });

  test("is requested again at once after the installation changed, and does not stop another one", async () => {
    const { lookUp, calls, store, token } = await plantApp((call) =>
      call === 1 ? REFUSED : tokensOf(call, null),
    );
    await codesOf([lookUp()]);

    const other = await lookUp({ repositories: ["a"] });
    await store.expireToken(token);
    const granted = await lookUp();

    expect([other.accessToken, granted.accessToken]).toEqual(["access-2", "access-3"]);
    expect(calls).toHaveLength(3);
  });
});
