import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { sealColumn } from "../../core/sealing/sealed-columns.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { exampleApps } from "../../emulators/platforms.ts";
import { installAs } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";
import { answerOf } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { createFlows } from "./flow.ts";
import { IMPORT, importInstallation } from "./imported.ts";
import { createInvoker, expectFailure } from "./invocations.ts";
import { readKeyRing } from "./known-secrets.ts";

type RingName = Parameters<typeof readKeyRing>[1];

/** Within five minutes, functions read a ring again only for a key that they do not know, each ten seconds. */
const UNTIL_RELOAD_MS = 11_000;

const INSTALL = {
  changes: ["consumed_states", "installations"],
  asks: ["POST /login/oauth/access_token", "GET /api/user", "GET /api/user/emails"],
};

const stack = await startTestStack();
const { sql } = stack.database;
const invoke = createInvoker(stack);
const { hold, plant } = await createConventions(stack, async () => (await installAs(stack)).ok);

/** The clock never goes back: what was read would seem to come from the future. */
function letReloadBeAllowed(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + UNTIL_RELOAD_MS });
}

async function addPrimaryKey(name: RingName, id: string): Promise<void> {
  const key = randomBytes(32).toString("base64");
  plant(`a new key of ${name}`, key);
  const { keys } = await readKeyRing(stack, name);
  stack.aws.putSecret(name, JSON.stringify({ primary: id, keys: { ...keys, [id]: key } }));
}

async function removeOldKeys(name: RingName): Promise<void> {
  const { primary, keys } = await readKeyRing(stack, name);
  stack.aws.putSecret(name, JSON.stringify({ primary, keys: { [primary]: keys[primary] } }));
}

test("control: while the key of states is rotated, flows under both keys end well", async () => {
  const old = await (await createFlows(stack, plant)).start();
  await addPrimaryKey("state-keyring", "k2");
  letReloadBeAllowed();
  const flows = await createFlows(stack, plant);
  const ahead = await flows.start();
  const callbackUnderNewKey = await flows.reseal(ahead, {});

  const answers = [
    await hold(async () => answerOf(await ahead.session.get(callbackUnderNewKey)), INSTALL),
    await hold(async () => answerOf(await old.session.get(old.callback)), INSTALL),
  ];

  expect(new URL(callbackUnderNewKey).searchParams.get("state")).toMatch(/^v1\.k2\./);
  for (const { headers } of answers) expect(headers.get("location")).toContain("status=success");
  expect((await flows.start()).state).toMatch(/^v1\.k2\./);
});

test("control: a token is answered under every key of the ring, and under no other", async () => {
  const lookUp = (installation_id: string) => invoke("token-lookup", { installation_id });
  const old = await importInstallation(stack, { organization_id: "old" });
  const next = await importInstallation(stack, { organization_id: "new" });
  await addPrimaryKey("token-keyring", "k2");
  await sealAgain("new");
  letReloadBeAllowed();

  // The first lookup in an hour stores its time.
  const during = await hold(async () => [await lookUp(next), await lookUp(old)], {
    changes: ["installations"],
  });
  await removeOldKeys("token-keyring");
  await addPrimaryKey("token-keyring", "k3");
  await sealAgain("new");
  letReloadBeAllowed();
  const after = await hold(async () => [await lookUp(next), await lookUp(old)] as const);

  expect(during.map(({ failed }) => failed)).toEqual([false, false]);
  expect(after[0].failed).toBe(false);
  expectFailure(after[1], "decryption_failed");
});

/** Seals the imported access token under the primary key, as a sandbox that has read the ring does. */
async function sealAgain(organizationId: string): Promise<void> {
  const ring = createKeyRing(await readKeyRing(stack, "token-keyring"));
  const row = {
    platform: "github",
    organizationId,
    kind: "oauth_app",
    providerInstallationId: null,
    clientId: exampleApps.github.clientId,
  } as const;
  const sealer = createSealer(async () => ring);
  const sealed = await sealColumn(sealer, "access_token", row, IMPORT.access_token);
  await sql`update installations set access_token = ${sealed} where organization_id = ${organizationId}`;
}
