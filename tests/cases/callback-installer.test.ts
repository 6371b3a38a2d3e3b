import { beforeEach, expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink, openLink } from "../support/install-links.ts";
import {
  authorizeGithubUser,
  installGithubApp,
  installGithubAppAs,
  requestGithubApp,
} from "../support/platform-installs.ts";
import { GITHUB_APP, REDIRECT_URI, startTestStack } from "../support/stack.ts";
import { answerOf, expectErrorRedirect } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { withParameters } from "./flow.ts";

const configuration = {
  ...TEST_CONFIGURATION,
  platforms: { github: { requests: "confirm" as const, ownership: "installer" as const } },
};
const stack = await startTestStack(GITHUB_APP, { configuration });
const { sql } = stack.database;
const { github } = stack.platforms.control;
const { hold } = await createConventions(stack, async () => (await installGithubAppAs(stack)).ok);

const START = `/oauth/github/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
const JSON_ONLY = { accept: "application/json" };
/** The callback waits for five seconds. */
const WAITS = 10_000;
let number = 0;

beforeEach(async () => {
  await github.releaseDeliveries();
});

async function createOrganization(): Promise<string> {
  number += 1;
  const account = `case-${number}`;
  await github.createOrganization({
    login: account,
    people: [{ login: "olga", role: "admin" }, { login: "mia" }, { login: "noah" }],
  });
  return account;
}

/** The callback of a member who claims an installation, not yet opened. */
async function claim(id: number, account: string, login: string) {
  const session = openSession();
  const setup = await installGithubApp(stack, session, START, { login: "mallory" });
  const claimed = withParameters(setup, { installation_id: String(id) });
  const callback = await authorizeGithubUser(stack, session, claimed, login);
  const asks = [
    "POST /login/oauth/access_token",
    "GET /api/user/installations",
    `GET /api/app/installations/${id}`,
    "GET /api/user",
    "GET /api/user/emails",
    `GET /api/user/memberships/orgs/${account}`,
    "DELETE /api/applications/local-github/token",
  ];
  return { session, asks, open: async () => answerOf(await session.get(callback)) };
}

async function rowOf(account: string) {
  const [row] = await sql`
    select inactive_reason, metadata from installations where organization_name = ${account}
  `;
  return row;
}

test("CB-115 a member does not confirm the own request, and an owner's confirmation stays possible", async () => {
  const account = await createOrganization();
  const link = await createLink(stack, { platform: "github", metadata: { customer: "1" } });
  const session = openSession();
  const start = await openLink(session, link.url);
  const waiting = await requestGithubApp(stack, session, { login: "mia", account }, start);
  const { id } = await github.approve({ account, by: "olga", requester: "mia" });
  await github.releaseDeliveries();
  const page = await (await session.get(waiting)).text();
  const [, href = ""] = /href="(authorize\?request=[^"]+)"/.exec(page) ?? [];
  const confirm = new URL(href, waiting).href;
  const callback = await authorizeGithubUser(stack, session, confirm, "mia");

  const answer = await hold(async () => answerOf(await session.get(callback, JSON_ONLY)), {
    changes: ["consumed_states"],
    asks: (await claim(id, account, "mia")).asks,
  });

  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text)).toMatchObject({ error: "installation_not_verified" });
  expect(await (await session.get(waiting, JSON_ONLY)).json()).toEqual({ status: "unconfirmed" });
  expect(await rowOf(account)).toEqual({ inactive_reason: "unclaimed", metadata: {} });
});

test("CB-116 what another person installed is not bound", async () => {
  const account = await createOrganization();
  const { id } = await github.install({ account, by: "mia" });
  await github.releaseDeliveries();
  const { open, asks } = await claim(id, account, "noah");

  const answer = await hold(open, { changes: ["consumed_states"], asks });

  expectErrorRedirect(answer, "installation_not_verified");
  expect(await rowOf(account)).toEqual({ inactive_reason: "unclaimed", metadata: {} });
});

test("CB-117 a webhook that GitHub did not sign binds nothing", async () => {
  const account = await createOrganization();
  github.holdDeliveries();
  const { id } = await github.install({ account, by: "olga" });
  const held = (await github.deliveries()).filter(({ outcome }) => outcome === "held");
  const { open, session, asks } = await claim(id, account, "noah");
  const installation = github.installations().find((shown) => shown.id === id);
  const { id: noah } = await userOf("noah");
  const { id: forged } = await github.sendWebhook({
    event: "installation",
    payload: { action: "created", installation, sender: { id: noah, login: "noah" } },
    secret: "another secret",
  });

  const answer = await hold(
    async () => {
      await github.releaseDeliveries([forged]);
      return open();
    },
    { changes: ["consumed_states", "waiting_requests"], asks, withinMs: WAITS },
  );
  const waiting = new URL(
    answer.headers.get("location") ?? "",
    `${stack.url}/oauth/github/callback`,
  );
  await github.releaseDeliveries(held.map(({ id: delivery }) => delivery));
  const [refused, sentBack] = await hold(async () => [
    await answerOf(await session.get(waiting.href, JSON_ONLY)),
    await answerOf(await session.get(waiting.href)),
  ]);

  expect(answer.status).toBe(303);
  expect(refused?.status).toBe(403);
  if (sentBack) expectErrorRedirect(sentBack, "installation_not_verified");
  expect(await rowOf(account)).toEqual({ inactive_reason: "unclaimed", metadata: {} });
});

/** Returns a person as webhooks name them: whoever has installed the App on the own account. */
async function userOf(login: string): Promise<{ id: number }> {
  const { account } = await github.install({ account: login });
  return { id: Number(Object(account).id) };
}
