import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { eventsOf } from "../support/bus-events.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const BEFORE = { contents: "write", metadata: "read" } as const;
const AFTER = { ...BEFORE, checks: "write" } as const;

// The configuration is that of the deploy after which the App requests one permission more.
const stack = await startTestStack(
  { ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" },
  { configuration: { ...TEST_CONFIGURATION, platforms: { github: { permissions: AFTER } } } },
);
const { github } = stack.platforms.control;

async function lookUp(id: string, permissions?: Readonly<Record<string, string>>) {
  const request = { installation_id: id, ...(permissions && { require: { permissions } }) };
  const result = await invoke(stack, "token-lookup", request);
  return result.ok ? Object(result.answer).missing_permissions : result.error;
}

async function list(query: string): Promise<string[]> {
  const { items } = Object(await (await callApi(stack, "GET", `/installations?${query}`)).json());
  return items.map(({ id }: { id: string }) => id);
}

async function readItem(id: string): Promise<unknown> {
  return (await callApi(stack, "GET", `/installations/${id}`)).json();
}

/** Waits for the webhook, of which the customer does not wait for the end. */
async function untilGranted(id: string, permissions: object): Promise<void> {
  await github.deliveries();
  for (let tries = 0; tries < 100; tries += 1) {
    const item = Object(await readItem(id));
    if (JSON.stringify(item.permissions) === JSON.stringify(permissions)) return;
    await sleep(50);
  }
}

test("a permission that was added to the App is missing until the customer has accepted it", async () => {
  await github.changeAppPermissions({ permissions: BEFORE });
  const accepting = await installOn(stack, "github", "accepting");
  const refusing = await installOn(stack, "github", "refusing");
  await github.changeAppPermissions({ permissions: AFTER });
  const lacking = [await lookUp(accepting), await lookUp(refusing)];
  const listed = await list("missing=true");
  const required = await lookUp(accepting, { checks: "read" });

  await github.acceptPermissions({ account: "accepting" });
  await untilGranted(accepting, AFTER);

  expect(lacking).toEqual([{ checks: "write" }, { checks: "write" }]);
  expect(required).toBe("missing_scope");
  expect(listed).toEqual([refusing, accepting]);
  expect(await readItem(accepting)).toMatchObject({ permissions: AFTER });
  expect(await readItem(accepting)).toHaveProperty("missing_permissions", {});
  expect(await readItem(refusing)).toMatchObject({
    permissions: BEFORE,
    missing_permissions: { checks: "write" },
  });
  expect(await lookUp(accepting, { checks: "write" })).toEqual({});
  expect(await lookUp(refusing, { checks: "write" })).toBe("missing_scope");
  expect(await lookUp(refusing, { contents: "read" })).toEqual({ checks: "write" });
  expect(await list("missing=true")).toEqual([refusing]);
  expect(await list("missing=true&platform=slack")).toEqual([]);
  expect(eventsOf(stack, accepting)).toEqual([
    "installation.created",
    "installation.permissions_changed",
  ]);
  expect(eventsOf(stack, refusing)).toEqual(["installation.created"]);
});

test("pages of the installations with missing permissions continue by the cursor of their own list", async () => {
  await github.changeAppPermissions({ permissions: BEFORE });
  const ids = [];
  for (const login of ["page-a", "page-b", "page-c"])
    ids.push(await installOn(stack, "github", login));

  const first = Object(
    await (await callApi(stack, "GET", "/installations?missing=true&limit=2")).json(),
  );
  const cursor = new URLSearchParams({ limit: "2", cursor: first.next_cursor });
  const second = await list(`missing=true&${cursor}`);
  const foreign = await callApi(stack, "GET", `/installations?${cursor}`);

  expect(first.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
  expect(second[0]).toBe(ids[0]);
  expect(foreign.status).toBe(400);
});

test("a mint with other permissions than the stored ones stores them, with an event", async () => {
  await github.changeAppPermissions({ permissions: BEFORE });
  const id = await installOn(stack, "github", "no-webhook");
  github.holdDeliveries();
  await github.acceptPermissions({ account: "no-webhook", permissions: AFTER });
  const { sql } = stack.database;
  await sql`update installations set token_expires_at = now() where id = ${id}`;

  expect(await lookUp(id)).toEqual({});
  await github.releaseDeliveries();

  expect(await readItem(id)).toMatchObject({ permissions: AFTER });
  await expect
    .poll(() => eventsOf(stack, id))
    .toEqual(["installation.created", "installation.permissions_changed"]);
});
