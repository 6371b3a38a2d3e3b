import { createReadStream } from "node:fs";
import type postgres from "postgres";
import * as v from "valibot";
import { createKeyRing } from "../../../core/sealing/keyring.ts";
import { createSealer } from "../../../core/sealing/sealer.ts";
import type { Canaries } from "../../cases/canaries.ts";
import { readKeyRing, readSecret, readStoredSecrets } from "../../cases/known-secrets.ts";
import type { TestStack } from "../../support/stack.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Longer than any secret in any spelling. */
const OVERLAP = 16_384;

const RINGS = ["state-keyring", "token-keyring"] as const;
const Fields = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** Plants what the registrations, the rings and the database are opened with. */
export async function plantConfiguration(stack: TestStack, canaries: Canaries, password: string) {
  canaries.plant("database password", password);
  for (const platform of ["github", "slack", "jira"]) {
    const fields = v.parse(Fields, await readSecret(stack, platform));
    for (const [name, secret] of Object.entries(fields)) {
      canaries.plant(`${platform} ${name}`, secret);
    }
  }
  for (const name of RINGS) {
    const { keys } = await readKeyRing(stack, name);
    for (const key of Object.values(keys)) {
      canaries.plant(name, key);
      canaries.plant(name, Buffer.from(key, "base64"));
    }
  }
}

/** Plants what is stored sealed now: tokens, refresh tokens and webhook secrets. */
export async function plantStored(stack: TestStack, canaries: Canaries): Promise<void> {
  const ring = createKeyRing(await readKeyRing(stack, "token-keyring"));
  const secrets = await readStoredSecrets(
    stack,
    createSealer(async () => ring),
  );
  for (const secret of secrets) {
    if (!secret.startsWith("v1.")) canaries.plant("stored secret", secret);
  }
}

/** The names of the secrets that a file gives away. */
export async function findInFile(canaries: Canaries, path: string): Promise<string[]> {
  const found = new Set<string>();
  let tail = "";
  const stream = createReadStream(path, { encoding: "latin1", highWaterMark: CHUNK_BYTES });
  for await (const chunk of stream) {
    const text = tail + String(chunk);
    for (const name of canaries.foundIn(text)) found.add(name);
    tail = text.slice(-OVERLAP);
  }
  return [...found];
}

/** The names of the secrets that a dump of the database gives away. */
export async function findInDatabase(canaries: Canaries, sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select to_jsonb(installations)::text as line from installations
    union all select to_jsonb(consumed_states)::text from consumed_states
    union all select to_jsonb(pending_installations)::text from pending_installations
  `;
  return canaries.foundIn(rows.map(({ line }) => line).join("\n"));
}
