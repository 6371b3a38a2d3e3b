import { expect, onTestFinished, test } from "vitest";
import { serveManifestPage } from "../../cli/setup/github-page.ts";
import { sendRaw } from "../local/raw-request.ts";
import { openSession } from "../support/browser-session.ts";
import { formIn } from "../support/setup-clicks.ts";

const NEW_APP = "https://github.example/settings/apps/new";

/** Serves the page for one test. `codes` has those that reached the registration. */
async function serve() {
  const codes: string[] = [];
  const page = await serveManifestPage({
    port: 0,
    newAppUrl: NEW_APP,
    createManifest: (redirectUrl) => ({ name: 'A "bot" & <co>', redirect_url: redirectUrl }),
    async complete(code) {
      codes.push(code);
      if (code === "bad") throw new Error("a reason");
      return code;
    },
  });
  onTestFinished(page.close);
  return { page, codes, origin: new URL(page.url).origin };
}

/** Opens the page as the operator: the browser, and the state that GitHub returns. */
async function open() {
  const served = await serve();
  const browser = openSession();
  const first = await browser.get(served.page.url);
  const reply = await browser.get(`${served.origin}/`);
  const form = formIn(await reply.clone().text(), served.origin);
  const state = new URL(form.action).searchParams.get("state") ?? "";
  const returnUrl = (parameters: Record<string, string>) =>
    `${served.origin}/callback?${new URLSearchParams({ code: "good", state, ...parameters })}`;
  return { ...served, browser, first, reply, form, returnUrl };
}

test("the button posts the manifest to GitHub with a state, and the code that returns registers the App", async () => {
  const { page, codes, origin, browser, reply, form, returnUrl } = await open();

  const done = await browser.get(returnUrl({}));

  expect(form.action.startsWith(`${NEW_APP}?state=`)).toBe(true);
  expect(JSON.parse(form.fields.manifest ?? "")).toEqual({
    name: 'A "bot" & <co>',
    redirect_url: `${origin}/callback`,
  });
  expect(reply.headers.get("content-security-policy")).toMatch(/^default-src 'none'; /);
  expect(done.status).toBe(200);
  expect(await page.completed).toBe("good");
  expect(codes).toEqual(["good"]);
});

test("the key opens the page in one browser only", async () => {
  const { page, origin, browser, first } = await open();
  const other = openSession();

  expect(first.headers.get("location")).toBe("/");
  expect((await other.get(page.url)).status).toBe(403);
  expect((await other.get(`${origin}/`)).status).toBe(403);
  expect((await browser.get(`${origin}/`)).status).toBe(200);
});

test("a wrong key opens nothing, and the right one still works", async () => {
  const { page, origin } = await serve();
  const wrong = await openSession().get(`${origin}/?key=${"x".repeat(43)}`);
  const short = await openSession().get(`${origin}/?key=`);

  expect([wrong.status, short.status]).toEqual([403, 403]);
  expect((await openSession().get(page.url)).status).toBe(303);
});

test("a code without the state, or in another browser, registers nothing", async () => {
  const { codes, browser, returnUrl, origin } = await open();

  const other = await openSession().get(returnUrl({}));
  const wrong = await browser.get(returnUrl({ state: "x".repeat(43) }));
  const none = await browser.get(`${origin}/callback?code=good`);

  expect([other.status, wrong.status, none.status]).toEqual([403, 403, 403]);
  expect(codes).toEqual([]);
});

test("a state is taken once", async () => {
  const { codes, browser, returnUrl } = await open();

  await browser.get(returnUrl({}));
  const again = await browser.get(returnUrl({ code: "another" }));

  expect(again.status).toBe(403);
  expect(codes).toEqual(["good"]);
});

test("a failure shows that the App is not complete, without the reason", async () => {
  const { page, browser, returnUrl } = await open();

  const reply = await browser.get(returnUrl({ code: "bad" }));

  expect(reply.status).toBe(502);
  expect(await reply.text()).not.toContain("a reason");
  await expect(page.completed).rejects.toThrow("a reason");
});

test.each([
  ["under another host name", { host: "attacker.example" }, "GET", 403],
  ["from another origin", { origin: "https://attacker.example" }, "GET", 403],
  ["without an origin of its own", { origin: "null" }, "GET", 403],
  ["with another method", {}, "POST", 405],
])("a request %s is refused", async (_, headers, method, status) => {
  const { page } = await serve();

  const { pathname, search } = new URL(page.url);
  const reply = await sendRaw(page.url, { method, path: pathname + search, headers });

  expect(reply.statusCode).toBe(status);
  // The key is not used up.
  expect((await openSession().get(page.url)).status).toBe(303);
});
