import { expect, test } from "vitest";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { createRefresh } from "../../core/tokens/refresh.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { createTables } from "../support/memory/tables.ts";
import {
  depsOf,
  HOUR,
  jira,
  providerOf,
  read,
  requestOf,
  tokensOf,
} from "../support/refresh-fixture.ts";

const CLOCKS = [
  ["two hours behind", -2 * HOUR],
  ["two hours ahead", 2 * HOUR],
] as const;

/** An installation of a GitHub App with an expired token, in a store with another clock than this process. */
async function plantAt(aheadSeconds: number) {
  const now = () => Date.now() + aheadSeconds * 1000;
  const store = createMemoryInstallations(createTables({ now }));
  const input = newInstallation({
    platform: "github",
    kind: "github_app",
    providerInstallationId: "42",
    tokenExpiresAt: new Date(now() - 1000),
    clientId: jira.clientId,
  });
  const { id } = (await store.create(input)).installation;
  return { store, id, now, deps: depsOf({ tokens: store, leases: store }) };
}

test.each(CLOCKS)(
  "a refreshed token is returned with its expiry by a store that is %s",
  async (_, ahead) => {
    const { store, id, now, deps } = await plantAt(ahead);
    const { provider } = providerOf(() => tokensOf(1));

    const { expiresAt } = await createRefresh(deps)(await read(store, id), requestOf(provider));

    expect(expiresAt).toEqual((await read(store, id)).expiresAt);
    expect(secondsBetween(now(), expiresAt)).toBeCloseTo(HOUR, -1);
  },
);

test.each(CLOCKS)(
  "a narrowed token is returned, and kept, by the clock of a store that is %s",
  async (_, ahead) => {
    const { store, id, now, deps } = await plantAt(ahead);
    let mints = 0;
    const provider: OAuthProvider = {
      ...jira,
      async narrow() {
        mints += 1;
        return tokensOf(mints, null);
      },
    };
    const narrow = createTokenNarrower(deps);
    const lookUp = async () => {
      const narrowing = { permissions: { contents: "read" } };
      return narrow(await read(store, id), { ...requestOf(provider), narrowing });
    };

    const [first, second] = [await lookUp(), await lookUp()];

    expect(mints).toBe(1);
    expect(second.expiresAt).toEqual(first.expiresAt);
    expect(secondsBetween(now(), first.expiresAt)).toBeCloseTo(HOUR, -1);
  },
);

function secondsBetween(now: number, date: Date | null): number {
  return ((date?.getTime() ?? 0) - now) / 1000;
}
