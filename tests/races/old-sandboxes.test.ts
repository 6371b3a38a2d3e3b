import { expect, test, vi } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { createKeyRingLoader } from "../../functions/environment/keyrings.ts";
import { createSecretReader } from "../../functions/environment/secrets.ts";
import { newInstallation, toInstall } from "../contract/stores.ts";
import { createOperator, SETTLED_SECONDS } from "../support/key-rotation.ts";
import { startTestStack } from "../support/stack.ts";

const MINUTE = 60;
/** How long a function goes on with what it has read, when Secrets Manager does not answer it. */
const DEAF_MINUTES = [0, 1, 4, 6, 20, 40, 59];

const stack = await startTestStack();
const operator = createOperator(stack);
const database = createDatabase(async () => stack.database.settings);

/** The memory of one sandbox: nobody else's reading of the ring is of any use to it. */
interface Sandbox {
  readonly name: string;
  /** Whether Secrets Manager answers it. */
  readonly isDeaf: boolean;
  readonly tokens: ReturnType<typeof createPostgresTokenStore>;
  readonly installations: ReturnType<typeof createPostgresInstallationRepository>;
}

let now = Date.now();
const failures: string[] = [];
const known = new Map<string, string>();

function letPassUntil(seconds: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: now + seconds * 1000 });
}

/** Starts a sandbox, which reads the ring as it is now. */
async function start(name: string, { isDeaf = false } = {}): Promise<Sandbox> {
  const load = createKeyRingLoader(createSecretReader(), stack.aws.secretArn("token-keyring"));
  await load({ reload: false });
  const sealer = createSealer(load);
  return {
    name,
    isDeaf,
    tokens: createPostgresTokenStore(database, sealer, { retentionDays: 7 }),
    installations: createPostgresInstallationRepository(database, sealer),
  };
}

/** Lets sandboxes install one organization each, and then look all of them up; notes what fails. */
async function work(sandboxes: readonly Sandbox[]): Promise<void> {
  for (const sandbox of sandboxes) await asHeard(sandbox, () => install(sandbox));
  for (const sandbox of sandboxes) await asHeard(sandbox, () => lookUpAll(sandbox));
}

async function asHeard({ isDeaf }: Sandbox, task: () => Promise<void>): Promise<void> {
  stack.aws.fail(isDeaf ? { service: "secretsmanager", kind: "internal" } : undefined);
  await task();
  stack.aws.fail(undefined);
}

async function install({ name, installations }: Sandbox): Promise<void> {
  const accessToken = `token-of-${name}-${known.size}-${Math.round(Date.now() / 1000)}`;
  const organizationId = name;
  const { installation } = await installations.upsert(
    toInstall(
      newInstallation({
        organizationId,
        accessToken,
        webhookSecret: `${organizationId}-secret-16`,
      }),
    ),
  );
  known.set(installation.id, accessToken);
}

async function lookUpAll({ name, tokens }: Sandbox): Promise<void> {
  for (const [id, expected] of known) {
    const token = await tokens.findToken({ id }).catch((error: Error) => error.message);
    const answered = typeof token === "string" ? token : token?.accessToken;
    if (answered !== expected) failures.push(`${name}: ${answered} for ${expected}`);
  }
}

test("a whole rotation fails no lookup, with sandboxes that know nothing of the new key, or are cut off from Secrets Manager", async () => {
  letPassUntil(0);
  const { primary: old } = await operator.status();
  const ofBefore = [await start("hearing"), await start("deaf", { isDeaf: true })];
  await work(ofBefore);

  const next = await operator.add();
  const refusals: string[] = [];
  const ofAdd = [await start("younger")];
  for (const minute of DEAF_MINUTES) {
    letPassUntil(minute * MINUTE);
    refusals.push(await operator.refusalOf({ step: "promote", key_id: next }));
    await work([...ofBefore, ...ofAdd]);
  }

  // The last one that can still have read the ring while the old key was the primary, and now hears no more.
  letPassUntil(SETTLED_SECONDS - 1);
  const ofPromote = [...ofAdd, await start("late", { isDeaf: true })];
  refusals.push(await operator.refusalOf({ step: "promote", key_id: next }));
  now += SETTLED_SECONDS * 1000;
  letPassUntil(0);
  await operator.promote(next);
  for (const minute of DEAF_MINUTES) {
    letPassUntil(minute * MINUTE);
    await work([...ofPromote, await start(`new-${minute}`)]);
    await operator.resealAll();
    await work(ofPromote);
    refusals.push(await operator.refusalOf({ step: "remove", key_id: old }));
  }
  const sealedByLate = (await operator.status()).sealed[old];

  letPassUntil(SETTLED_SECONDS - 1);
  refusals.push(await operator.refusalOf({ step: "remove", key_id: old }));
  letPassUntil(SETTLED_SECONDS);
  const inUse = await operator.refusalOf({ step: "remove", key_id: old });
  await operator.resealAll();
  const ofRemove = await start("reads before the removal", { isDeaf: true });
  await operator.remove(old);
  await work([...ofAdd, ofRemove, await start("newest")]);
  await database.close();

  expect(failures).toEqual([]);
  expect(sealedByLate).toBeGreaterThan(0);
  expect(new Set(refusals)).toEqual(new Set(["retry_later"]));
  expect(inUse).toBe("invalid_request");
  expect(await operator.status()).toMatchObject({ primary: next, keys: [next] });
  expect(known.size).toBe(DEAF_MINUTES.length + 6);
});
