import { request } from "node:http";
import { expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { startTestConsole } from "../support/console.ts";
import { startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const console = await startTestConsole(stack);
const { origin, host } = new URL(console.url);

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a request with any `Host`, which `fetch` does not allow. */
function send({ method = "GET", path = "/", headers = {} }: Sent) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const sent = request(new URL(path, origin), { method, headers }, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      sent.on("error", reject).end();
    },
  );
}

async function openSession(): Promise<string> {
  const { search } = new URL(console.createUrl());
  const { headers } = await send({ path: `/${search}` });
  return String(headers["set-cookie"]).split(";")[0] ?? "";
}

const cookie = await openSession();

test("a request without the key of the terminal is refused", async () => {
  expect((await send({})).status).toBe(401);
  expect((await send({ path: `/?key=${"0".repeat(64)}` })).status).toBe(401);
  expect((await send({ headers: { cookie: "grantkeep-console=0" } })).status).toBe(401);
  expect((await send({ headers: { cookie } })).status).toBe(200);
});

test("a key opens the console once, and leaves the address bar", async () => {
  const { search } = new URL(console.createUrl());
  const first = await send({ path: `/${search}` });
  const again = await send({ path: `/${search}` });

  expect([first.status, first.headers.location]).toEqual([303, "/"]);
  expect(first.headers["set-cookie"]?.[0]).toMatch(/HttpOnly; SameSite=Strict$/);
  expect(again.status).toBe(401);
});

test.each(["evil.example", `localhost:${host.split(":")[1]}`, "127.0.0.1"])(
  "a request to the host %s is refused, also with the cookie",
  async (foreign) => {
    const { status, body } = await send({ headers: { cookie, host: foreign } });
    expect(status).toBe(421);
    expect(body).not.toContain("Installations");
  },
);

test.each([
  { origin: "https://evil.example" },
  { origin: "null" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
])("a request of another site is refused: %o", async (headers: Record<string, string>) => {
  const sent = { ...headers, cookie };
  expect((await send({ headers: sent })).status).toBe(403);
  expect((await send({ method: "POST", path: "/unlock", headers: sent })).status).toBe(403);
});

test("a form without an origin is refused", async () => {
  expect((await send({ method: "POST", path: "/unlock", headers: { cookie } })).status).toBe(403);
});

test("a change is refused until changes are unlocked, and after they are locked again", async () => {
  const change = { method: "POST", path: "/platforms/clear", headers: { cookie, origin } };
  const before = await send(change);
  await send({ ...change, path: "/unlock" });
  const unlocked = await send(change);
  await send({ ...change, path: "/lock" });
  const locked = await send(change);

  expect([before.status, unlocked.status, locked.status]).toEqual([403, 200, 403]);
  expect(before.body).toContain("The console is read-only");
});

test("an installation that ended is not enabled, even from a page that shows an older status", async () => {
  const id = await importInstallation(stack, { organization_id: "1" });
  await stack.database.sql`
    update installations set is_active = false, inactive_reason = 'uninstalled' where id = ${id}
  `;
  const change = { method: "POST", headers: { cookie, origin } };
  await send({ ...change, path: "/unlock" });
  const { status, body } = await send({ ...change, path: `/installations/${id}/enable` });
  await send({ ...change, path: "/lock" });

  expect([status, body]).toEqual([502, expect.stringContaining("is not disabled but uninstalled")]);
  const rows = await stack.database.sql`select is_active from installations where id = ${id}`;
  expect(rows).toEqual([{ is_active: false }]);
});

test("a page is not stored, not framed, and loads nothing from other origins", async () => {
  const { headers } = await send({ headers: { cookie } });
  expect(headers["cache-control"]).toBe("no-store");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
});
