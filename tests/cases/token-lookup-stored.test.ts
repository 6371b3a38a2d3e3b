import { expect, test } from "vitest";
import { installAs } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";
import { createConventions } from "./assertions.ts";
import { importInstallation } from "./imported.ts";
import { createInvoker, expectFailure } from "./invocations.ts";

const stack = await startTestStack();
const { sql } = stack.database;
const invoke = createInvoker(stack);

await installAs(stack);
const { hold } = await createConventions(
  stack,
  async () =>
    !(await invoke("token-lookup", { platform: "github", organization_id: "583231" })).failed,
);

const lookUp = (installation_id: string) => invoke("token-lookup", { installation_id });

test.each([
  ["LK-050 an installation that was uninstalled", "uninstalled", "installation_inactive"],
  ["LK-051 an installation that is suspended", "suspended", "installation_inactive"],
  ["LK-051 an installation that is disabled", "disabled", "installation_inactive"],
  ["LK-052 a grant that has ended", "reauthorization_required", "reauthorization_required"],
])("%s gives no token, and no platform is asked", async (name, reason, code) => {
  const id = await importInstallation(stack, { organization_id: name.slice(0, 6) + reason });
  await sql`update installations set is_active = false, inactive_reason = ${reason} where id = ${id}`;

  expectFailure(await hold(() => lookUp(id)), code);

  await sql`update installations set access_token = null where id = ${id}`;
  expectFailure(await hold(() => lookUp(id)), code);
});

test.each([
  [
    "LK-056 a key that is not in the ring",
    (sealed: string) => sealed.replace(/^v1\.[^.]+/, "v1.k9"),
  ],
  ["LK-057 one bit changed", (sealed: string) => sealed.replace(/.$/, otherLetter)],
  ["LK-060 nothing but a version", () => "v1."],
  ["LK-060 nothing sealed", (sealed: string) => sealed.replace(/[^.]+$/, "")],
  ["LK-060 less than an empty text sealed", (sealed: string) => sealed.replace(/[^.]+$/, "AAAA")],
])("%s does not open", async (name, change) => {
  const organization_id = name.replaceAll(" ", "_");
  const id = await importInstallation(stack, { organization_id });
  const [row] = await sql<[{ access_token: string; webhook_secret: string }]>`
    select access_token, webhook_secret from installations where id = ${id}
  `;
  await sql`
    update installations
    set access_token = ${change(row.access_token)}, webhook_secret = ${change(row.webhook_secret)}
    where id = ${id}
  `;

  const answers = await hold(async () => [
    await lookUp(id),
    await invoke("webhook-secret", { installation_id: id }),
  ]);

  for (const answer of answers) expectFailure(answer, "decryption_failed");
});

function otherLetter(letter: string): string {
  return letter === "A" ? "E" : "A";
}

test.each([
  ["LK-057 a token of another organization", { from: "access_token", organization: "other" }],
  [
    "LK-057 a refresh token in the place of an access token",
    { from: "refresh_token", organization: "own" },
  ],
  [
    "LK-057 a webhook secret in the place of an access token",
    { from: "webhook_secret", organization: "own" },
  ],
])("%s does not open", async (name, { from, organization }) => {
  const key = name.replaceAll(" ", "_").slice(0, 60);
  const refresh_token = "ghr_MOVEDMOVEDMOVED";
  const own = await importInstallation(stack, { organization_id: key, refresh_token });
  const other = await importInstallation(stack, { organization_id: `${key}-2`, refresh_token });
  await sql`
    update installations
    set access_token = moved.sealed
    from (select ${sql(from)} as sealed from installations where id = ${organization === "own" ? own : other}) moved
    where id = ${own}
  `;

  expectFailure(await hold(() => lookUp(own)), "decryption_failed");
});

test("LK-063 a token without an expiry does not expire, also with a refresh token", async () => {
  const id = await importInstallation(stack, {
    organization_id: "63",
    refresh_token: "ghr_KEPTKEPTKEPTKEPT",
  });

  // The first lookup in an hour stores its time.
  const answer = await hold(() => lookUp(id), { changes: ["installations"] });

  expect(JSON.parse(answer.payload)).toMatchObject({
    access_token: "gho_IMPORTEDIMPORTEDIMPORTED",
    expires_at: null,
  });
  expect(answer.payload).not.toContain("ghr_");
});

test("LK-064 an expired token that cannot be refreshed ends the grant, once", async () => {
  const id = await importInstallation(stack, {
    organization_id: "64",
    token_expires_at: "2026-01-01T00:00:00Z",
  });

  const first = await hold(() => lookUp(id), { changes: ["installations"] });
  const second = await hold(() => lookUp(id));

  for (const answer of [first, second]) expectFailure(answer, "reauthorization_required");
  const [row] = await sql`
    select is_active, inactive_reason, last_refresh_error from installations where id = ${id}
  `;
  expect(row).toEqual({
    is_active: false,
    inactive_reason: "reauthorization_required",
    last_refresh_error: "token_expired",
  });
});
