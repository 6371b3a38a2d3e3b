import { describe, expect, test, vi } from "vitest";
import { readKeyRing } from "../cases/known-secrets.ts";
import { openSession } from "../support/browser-session.ts";
import { createOperator, SETTLED_SECONDS } from "../support/key-rotation.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

/** The longest lifetime of an install link, and of its row. */
const MONTH_SECONDS = 30 * 86_400 + 4 * 3_600;

const stack = await startTestStack();
const { sql } = stack.database;
const operator = createOperator(stack);

/** For the functions and for Secrets Manager alike, which are all in this process. */
function letPass(seconds: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });
}

async function importInstallation(number: number): Promise<void> {
  const response = await callApi(stack, "POST", "/installations", {
    platform: "slack",
    organization_id: `T${number}`,
    organization_name: `Team ${number}`,
    access_token: `xoxb-FAKE-${number}`,
    installed_by: "an operator",
  });
  expect(response.status).toBe(201);
}

async function lookUp(number: number): Promise<unknown> {
  const key = { platform: "slack", organization_id: `T${number}` };
  const result = await invoke(stack, "token-lookup", key);
  return result.ok ? Object(result.answer).access_token : result.error;
}

describe("the key of tokens", () => {
  test("is rotated step by step, and every token is answered after each", async () => {
    for (const number of [1, 2, 3]) await importInstallation(number);
    const { primary: old } = await operator.status();
    const answers: unknown[] = [];
    const look = async () => answers.push(await lookUp(1), await lookUp(2), await lookUp(3));

    const next = await operator.add();
    await look();
    letPass(SETTLED_SECONDS);
    await operator.promote(next);
    await look();
    const before = await operator.status();
    const { resealed } = await operator.reseal();
    await look();
    const after = await operator.status();
    letPass(SETTLED_SECONDS);
    await operator.remove(old);
    await look();

    expect(before.sealed).toEqual({ [old]: 9 });
    expect(resealed).toBe(3);
    expect(after.sealed).toEqual({ [next]: 9 });
    expect(await operator.status()).toMatchObject({ primary: next, keys: [next] });
    expect(new Set(answers)).toEqual(new Set(["xoxb-FAKE-1", "xoxb-FAKE-2", "xoxb-FAKE-3"]));
  });

  test("is not touched by a dry run, which is what a request without dry_run is", async () => {
    const before = await readKeyRing(stack, "token-keyring");

    const result = await invoke(stack, "rotate-keys", { ring: "token", step: "add" });

    expect(result).toMatchObject({ ok: true, answer: { dry_run: true, step: "add" } });
    expect(await readKeyRing(stack, "token-keyring")).toEqual(before);
  });

  test("is not removed too early, while it is in use, or while it seals", async () => {
    const { primary: old } = await operator.status();
    const next = await operator.add();

    const refusals = [
      await operator.refusalOf({ step: "promote", key_id: next }),
      await operator.refusalOf({ step: "remove", key_id: old }),
    ];
    letPass(SETTLED_SECONDS);
    await operator.promote(next);
    refusals.push(await operator.refusalOf({ step: "remove", key_id: old }));
    letPass(SETTLED_SECONDS);
    refusals.push(await operator.refusalOf({ step: "remove", key_id: old }));
    refusals.push(await operator.refusalOf({ step: "remove", key_id: next }));

    expect(refusals).toEqual([
      "retry_later",
      "invalid_request",
      "retry_later",
      "invalid_request",
      "invalid_request",
    ]);
    expect((await operator.status()).keys).toEqual([old, next]);
  });

  test("leaves a row that does not open as it is, names it, and stays as long as it is there", async () => {
    const damaged = "v1.k-lost.AAAA";
    await sql`update installations set webhook_secret = ${damaged} where organization_id = 'T2'`;
    const [row] = await sql`select id from installations where organization_id = 'T2'`;

    const { unreadable } = await operator.reseal();

    expect(unreadable).toEqual([row?.id]);
    const [after] = await sql`select * from installations where organization_id = 'T2'`;
    expect(after?.webhook_secret).toBe(damaged);
    expect((await operator.status()).sealed).toMatchObject({ "k-lost": 1 });
  });
});

test("two operators at once: one adds a key, the other must retry, and no key is lost", async () => {
  const before = await operator.status();

  const results = await Promise.all(
    Array.from({ length: 6 }, () => operator.rotate({ step: "add" })),
  );

  const { keys } = await operator.status();
  const added = results.flatMap((one) => (one.ok ? [Object(one.answer).key_id] : []));
  expect(added.length).toBeGreaterThan(0);
  expect(keys.toSorted()).toEqual([...before.keys, ...added].toSorted());
  expect(results.flatMap((one) => (one.ok ? [] : [one.error]))).toEqual(
    Array(6 - added.length).fill("retry_later"),
  );
});

test("the key of states is rotated, and an install link of before is good until it ends", async () => {
  const link = await callApi(stack, "POST", "/install-links", { platform: "slack" });
  const { url } = Object(await link.json());
  const { primary: old } = await operator.status("state");
  const next = await operator.add("state");
  letPass(SETTLED_SECONDS);
  await operator.promote(next, "state");
  letPass(SETTLED_SECONDS);

  const early = await operator.refusalOf({ step: "remove", ring: "state", key_id: old });
  const page = await openSession().get(url);
  letPass(MONTH_SECONDS);
  await operator.remove(old, "state");

  expect(early).toBe("retry_later");
  expect(page.status).toBe(200);
  expect(await operator.status("state")).toMatchObject({ primary: next, keys: [next], sealed: {} });
});

test.each([
  {},
  { ring: "token" },
  { ring: "all", step: "add" },
  { ring: "token", step: "rotate" },
  { ring: "token", step: "promote" },
  { ring: "token", step: "promote", key_id: "K1" },
  { ring: "token", step: "promote", key_id: "k1", force: true },
  { ring: "token", step: "add", key: "AAAA" },
  { ring: "token", step: "add", dry_run: "false" },
  { ring: "state", step: "reseal" },
  { ring: "token", step: "reseal", limit: 0 },
  { ring: "token", step: "reseal", limit: 100_001 },
  { ring: "token", step: "reseal", after: "'; drop table installations" },
  { ring: "token", step: "status", dry_run: true },
])("%j is not a step", async (request) => {
  expect(await invoke(stack, "rotate-keys", request)).toMatchObject({
    ok: false,
    error: "invalid_request",
  });
});

test("no key is in an answer, an error or a log line", async () => {
  const rings = [
    await readKeyRing(stack, "token-keyring"),
    await readKeyRing(stack, "state-keyring"),
  ];
  const answers = [
    await invoke(stack, "rotate-keys", { ring: "token", step: "status" }),
    await operator.rotate({ step: "add" }),
    await operator.rotate({ step: "promote", key_id: rings[0]?.primary }),
    await operator.rotate({ step: "reseal" }),
  ];
  rings.push(await readKeyRing(stack, "token-keyring"));

  const shown = JSON.stringify(answers) + stack.output();
  const keys = rings.flatMap((ring) => Object.values(ring.keys));
  expect(keys.length).toBeGreaterThan(5);
  expect(keys.filter((key) => shown.includes(key))).toEqual([]);
});
