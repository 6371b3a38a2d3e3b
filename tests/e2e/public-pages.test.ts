import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { InstallLinkCreated } from "../../functions/http/responses.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { methodsOf } from "../../infra/route-methods.ts";
import { consent, openSession } from "../support/browser-session.ts";
import { openLink } from "../support/install-links.ts";
import { callApi, signRequest, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();

/** The parameters that newsletters, advertisements and messengers add to an address. */
const ADDED = "utm_source=newsletter&utm_medium=email&fbclid=x&fbclid=y&ref[]=z";

async function createLink(): Promise<string> {
  const metadata = { customer: "42" };
  const reply = await callApi(stack, "POST", "/install-links", { platform: "github", metadata });
  return v.parse(InstallLinkCreated, await reply.json()).url;
}

describe("parameters that a page does not know", () => {
  test("change nothing on the install page and on the page of a link", async () => {
    const session = openSession();

    const page = await session.get(`${stack.url}/?${ADDED}`);
    const link = await session.get(`${await createLink()}&${ADDED}`);

    expect([page.status, link.status]).toEqual([200, 200]);
  });

  test("do not keep a browser without fetch metadata from an install by a link", async () => {
    const session = openSession();
    const start = await openLink(session, `${await createLink()}&${ADDED}`);

    const callback = await consent(stack, session, `${start}&${ADDED}`);
    const done = await session.get(`${callback}&${ADDED}`);

    expect(done.status).toBe(200);
    const [row] = await stack.database.sql`select metadata from installations`;
    expect(row).toEqual({ metadata: { customer: "42" } });
  });
});

test.each([
  "/oauth/github/authorize?redirect_uri=https://evil.example/",
  "/oauth/github/callback?code=x&state=a&state=b",
  "/oauth/github/setup?installation_id=1&installation_id=2&setup_action=install",
  "/?link=a&link=b",
])("a known parameter that is wrong or repeated is refused: %s", async (path) => {
  const reply = await openSession().get(stack.url + path);

  expect(reply.status).toBe(400);
});

describe("HEAD", () => {
  const routes = functionsTriggeredBy("route").filter(({ trigger }) =>
    methodsOf(trigger).includes("HEAD"),
  );

  test.each(routes.map(({ trigger }) => [trigger.path, trigger.auth]))(
    "%s has the status and headers of GET, and no body",
    async (route, auth) => {
      const path = route.replace("{platform}", "slack").replace("{id}", "inst-0");
      const url = new URL(stack.url + path);
      const [got, head] = await Promise.all(
        ["GET", "HEAD"].map(async (method) => {
          const headers = auth === "iam" ? await signRequest(method, url) : {};
          return fetch(url, { method, headers, redirect: "manual" });
        }),
      );

      expect(head?.status).toBe(got?.status);
      expect(head?.headers.get("content-type")).toBe(got?.headers.get("content-type"));
      expect(await head?.text()).toBe("");
    },
  );
});

test("/health responds without the database", async () => {
  const reply = await fetch(`${stack.url}/health`);

  expect(reply.status).toBe(200);
  expect(await reply.json()).toEqual({ status: "ok" });
});
