import { afterEach, describe, expect, test, vi } from "vitest";
import { newImport } from "./installation-transfer.contract.ts";
import { newPending } from "./pending-installations.contract.ts";
import {
  type CreateStores,
  HOUR_SECONDS,
  hold,
  newInstallation,
  plant,
  read,
  type Stores,
  toInstall,
} from "./stores.ts";

const LIFE = { expiresInSeconds: HOUR_SECONDS, refreshTokenExpiresInSeconds: 9 * HOUR_SECONDS };
const TOKENS = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2", scopes: [], ...LIFE };

/** Does something while the clock of this process, and not that of the store, is wrong. */
async function withClock<Result>(aheadSeconds: number, act: () => Promise<Result>) {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + aheadSeconds * 1000 });
  try {
    return await act();
  } finally {
    vi.useRealTimers();
  }
}

/** Checks that the stored access token has an hour left, and its refresh token nine. */
async function expectLife({ tokens, installations }: Stores, id: string): Promise<void> {
  const { lifeLeftSeconds, lifetimeSeconds, readAt, expiresAt } = await read(tokens, id);
  const { tokenExpiresAt, refreshTokenExpiresAt } = (await installations.find({ id })) ?? {};
  expect(lifeLeftSeconds).toBeGreaterThan(HOUR_SECONDS - 60);
  expect(lifeLeftSeconds).toBeLessThanOrEqual(HOUR_SECONDS);
  expect(lifetimeSeconds).toBeCloseTo(HOUR_SECONDS, 0);
  expect(tokenExpiresAt).toEqual(expiresAt);
  const refreshLife = (refreshTokenExpiresAt?.getTime() ?? 0) - readAt.getTime();
  expect(refreshLife / 1000).toBeGreaterThan(9 * HOUR_SECONDS - 60);
  expect(refreshLife / 1000).toBeLessThanOrEqual(9 * HOUR_SECONDS);
}

/** The promise of every adapter that lifetimes are added to the clock of the store. */
export function testClock(createStores: CreateStores): void {
  afterEach(() => {
    vi.useRealTimers();
  });

  describe.each([
    ["two hours fast", 2 * HOUR_SECONDS],
    ["two hours slow", -2 * HOUR_SECONDS],
  ])("in a process whose clock is %s", (_, ahead) => {
    test("an install and a re-install are stored with the life that their tokens have", async () => {
      const stores = await createStores();
      const input = { ...toInstall(newInstallation()), ...LIFE };
      const first = await withClock(ahead, () => stores.installations.upsert(input));
      await expectLife(stores, first.installation.id);
      await stores.age(600);

      const second = await withClock(ahead, () => stores.installations.upsert(input));

      expect(second.created).toBe(false);
      await expectLife(stores, first.installation.id);
    });

    test("a refresh is stored with the life that its tokens have, and returns when they expire", async () => {
      const planted = await plant(createStores);
      const written = await withClock(ahead, async () => {
        const lease = await hold(planted.leases, await read(planted.tokens, planted.id));
        return planted.leases.write(lease, TOKENS, { keepPrevious: true });
      });

      await expectLife(planted, planted.id);
      expect(written).toEqual({ expiresAt: (await read(planted.tokens, planted.id)).expiresAt });
    });

    test("a grant that waits for a choice loses the life that passes meanwhile, and no more", async () => {
      const { pending, age } = await createStores();
      const put = newPending();
      await withClock(ahead, () => pending.put(put));
      await age(300);

      const choice = { cookieHash: put.cookieHash, organizationId: "two" };
      const taken = await withClock(-ahead, () => pending.take(put.id, choice));

      const lives = taken?.grants.map(({ tokens }) => tokens?.expiresInSeconds) ?? [];
      expect(lives).toHaveLength(2);
      for (const life of lives) {
        expect(life).toBeGreaterThan(HOUR_SECONDS - 360);
        expect(life).toBeLessThanOrEqual(HOUR_SECONDS - 300);
      }
    });

    test("a date that a caller names is stored as it is, by a creation, an update and an import", async () => {
      const { installations, transfer } = await createStores();
      const tokenExpiresAt = new Date("2031-01-02T03:04:05Z");
      const line = newImport({ tokenExpiresAt });
      const { organizationId } = line;

      const stored = await withClock(ahead, async () => {
        const { installation: created } = await installations.create(
          newInstallation({ tokenExpiresAt }),
        );
        const { installation: other } = await installations.create(newInstallation());
        const updated = await installations.update(other.id, { tokenExpiresAt });
        await transfer.importAll([line], { dryRun: false });
        return [created, updated, await installations.find({ platform: "github", organizationId })];
      });

      const dates = stored.map((installation) => installation?.tokenExpiresAt);
      expect(dates).toEqual([tokenExpiresAt, tokenExpiresAt, tokenExpiresAt]);
    });
  });
}
