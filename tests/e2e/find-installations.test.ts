import { expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();

async function get(path: string) {
  const response = await callApi(stack, "GET", path);
  return { status: response.status, body: Object(await response.json()) };
}

const acme = await importInstallation(stack, {
  organization_id: "1",
  organization_name: "Ácme Labs",
  metadata: { customer: "c-1" },
});
const zebra = await importInstallation(stack, {
  organization_id: "2",
  organization_name: "Zebra",
  metadata: { customer: "c-2" },
});
await callApi(stack, "PATCH", `/installations/${zebra}`, { is_active: false });

test.each([
  ["q=acme", [acme]],
  ["q=ACM%C3%89+l", [acme]],
  ["q=labs", []],
  ["q=2", [zebra]],
  [`q=${zebra}`, [zebra]],
  ["customer=c-1", [acme]],
  ["customer=c-1&q=zebra", []],
  ["inactive_reason=disabled", [zebra]],
  ["inactive_reason=suspended", []],
  ["has_error=true", []],
  ["installed_after=2020-01-01T00:00:00Z", [zebra, acme]],
  ["installed_after=2020-01-01T00:00:00Z&customer=c-2", [zebra]],
  ["installed_after=2999-01-01T00:00:00Z", []],
])("GET /installations?%s", async (query, ids) => {
  const { status, body } = await get(`/installations?${query}`);

  expect(status).toBe(200);
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(body.has_unknown).toBe(query.includes("q=") ? false : undefined);
});

test.each([
  ["q=", "q"],
  ["q=%CC%81", "q"],
  [`q=${"%EF%B7%BA".repeat(20)}`, "q"],
  ["customer=", "customer"],
  [`customer=${"c".repeat(513)}`, "customer"],
  ["inactive_reason=gone", "inactive_reason"],
  ["has_error=false", "has_error"],
  ["installed_after=yesterday", "installed_after"],
])("GET /installations?%s is refused", async (query, name) => {
  expect(await get(`/installations?${query}`)).toMatchObject({
    status: 400,
    body: { error: "invalid_request", error_description: `The query is not valid: ${name}.` },
  });
});

test("pages of a search follow each other, and a cursor is valid only for its filter", async () => {
  const first = await get("/installations?installed_after=2020-01-01T00:00:00Z&limit=1");
  const cursor = first.body.next_cursor;

  const second = await get(
    `/installations?installed_after=2020-01-01T00:00:00Z&limit=1&cursor=${cursor}`,
  );
  const other = await get(`/installations?q=acme&limit=1&cursor=${cursor}`);

  expect(first.body.items).toMatchObject([{ id: zebra }]);
  expect(second.body).toMatchObject({ items: [{ id: acme }], next_cursor: null });
  expect(other).toMatchObject({ status: 400, body: { error: "invalid_request" } });
});

test("the counts are those of the last sweep, with its time", async () => {
  expect(await get("/installations/counts")).toEqual({
    status: 200,
    body: { counted_at: null, counts: [] },
  });

  await invoke(stack, "sweep", {});

  const { body } = await get("/installations/counts");
  expect(Date.parse(body.counted_at)).toBeGreaterThan(Date.now() - 60_000);
  expect(body.counts).toHaveLength(2);
  expect(body.counts).toEqual(
    expect.arrayContaining([
      { platform: "github", state: "active", count: 1 },
      { platform: "github", state: "disabled", count: 1 },
    ]),
  );
});
