import { expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { PlatformFields } from "../../core/ports/platform-fields.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { createPlatformFieldsFinder } from "../../core/tokens/platform-fields.ts";
import { systemTiming } from "../../core/tokens/timing.ts";
import { toInstall } from "../contract/stores.ts";
import { HOUR, jira, plant, read } from "../support/refresh-fixture.ts";

const FIELDS = { siteUrl: "https://acme.atlassian.net" };
const ACTIVE = { status: "active", organizationName: undefined, fields: FIELDS } as const;

/** An installation, and a platform that returns one state after the other. */
async function plantAt(...states: readonly (ServiceError | { organizationId?: string })[]) {
  const { store, id, input } = await plant(HOUR);
  const { organizationId } = input;
  let calls = 0;
  let now = Date.now();
  const provider: OAuthProvider = {
    ...jira,
    async check() {
      const state = states[Math.min(calls, states.length - 1)];
      calls += 1;
      if (state instanceof ServiceError) throw state;
      return { ...ACTIVE, organizationId, ...state };
    },
  };
  const timing = { ...systemTiming, now: () => now };
  const find = createPlatformFieldsFinder({ tokens: store, timing });
  return {
    store,
    input,
    find: async () => find(await read(store, id), provider),
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    calls: () => calls,
    stored: async () => (await read(store, id)).platformFields,
  };
}

test("fields that are not stored are requested once by all callers, and stored", async () => {
  const { find, calls, stored } = await plantAt({});

  const found = await Promise.all([find(), find(), find()]);

  expect(found).toEqual([FIELDS, FIELDS, FIELDS]);
  expect(await stored()).toEqual(FIELDS);
  expect(await find()).toEqual(FIELDS);
  expect(calls()).toBe(1);
});

test("a platform that does not return them fails no lookup, and is asked again after a minute", async () => {
  const down = new ServiceError("provider_unavailable", "Down.");
  const { find, pass, calls } = await plantAt(down, {});

  expect([await find(), await find()]).toEqual([{}, {}]);
  pass(59);
  expect(await find()).toEqual({});
  expect(calls()).toBe(1);
  pass(2);
  expect(await find()).toEqual(FIELDS);
});

test("fields of another organization are not stored", async () => {
  const { find, stored } = await plantAt({ organizationId: "somebody else" });

  expect(await find()).toEqual({});
  expect(await stored()).toBeNull();
});

test("fields that are the same for all grants are not requested", async () => {
  const { store, id } = await plant(HOUR);
  const find = createPlatformFieldsFinder({ tokens: store });
  const platformFields = { accountType: "User" };

  expect(await find(await read(store, id), { ...jira, platformFields })).toEqual(platformFields);
});

test("fields of a grant are not those of the install after it, although they were just requested", async () => {
  const { store, input, find, calls } = await plantAt({});
  await find();

  await store.upsert(toInstall(input));
  await find();

  expect(calls()).toBe(2);
});

/** Looks up the fields of many installations, one after another, and counts the requests to their platform. */
async function plantMany(check: OAuthProvider["check"]) {
  const { store, token } = await plant(HOUR);
  let calls = 0;
  let now = Date.now();
  const timing = { ...systemTiming, now: () => now };
  const find = createPlatformFieldsFinder({ tokens: store, timing });
  const provider: OAuthProvider = {
    ...jira,
    check(grant) {
      calls += 1;
      return check(grant);
    },
  };
  return {
    async findAll(count: number, expected: PlatformFields = {}) {
      for (let id = 0; id < count; id += 1) {
        const found = await find({ ...token, installationId: `inst-${id}` }, provider);
        expect(found).toEqual(expected);
      }
    },
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    calls: () => calls,
  };
}

test("a platform that has no fields is not asked at each lookup, however many installations there are", async () => {
  const { findAll, pass, calls } = await plantMany(async ({ organizationId }) => ({
    status: "active",
    organizationId,
    organizationName: undefined,
  }));

  await findAll(700);
  await findAll(700);
  expect(calls()).toBe(500);
  pass(61);
  await findAll(700);
  expect(calls()).toBe(1_000);
});

test("the fields of any number of installations are requested, as long as the platform returns them", async () => {
  const { findAll, calls } = await plantMany(async ({ organizationId }) => ({
    ...ACTIVE,
    organizationId,
  }));

  await findAll(700, FIELDS);
  expect(calls()).toBe(700);
});

test("a platform that does not respond is asked about a few installations in a minute", async () => {
  const { findAll, pass, calls } = await plantMany(() =>
    Promise.reject(new ServiceError("provider_unavailable", "Down.")),
  );

  await findAll(20);
  expect(calls()).toBe(3);
  pass(61);
  await findAll(20);
  expect(calls()).toBe(4);
});
