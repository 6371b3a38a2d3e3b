import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { beforeAll, expect, test } from "vitest";
import { InstallationPage } from "../../functions/http/responses.ts";
import { importInstallation } from "../cases/imported.ts";
import { readKeyRing } from "../cases/known-secrets.ts";
import { type LookupProcess, TOKEN_LOOKUP, toLookupProcess } from "../support/lookup-process.ts";
import { outcomes } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";
import { repeat } from "./figures.ts";

const ROWS = 200;

const stack = await startSandboxedStack();
const { sql } = stack.database;
const good: string[] = [];

beforeAll(async () => {
  good.push(...(await repeat(ROWS - 2, (number) => importOne(1_000 + number))));
});

function importOne(organization: number): Promise<string> {
  return importInstallation(stack, { organization_id: `${organization}` });
}

/** A cold sandbox, which knows the ring of now and no other one. */
async function startCold(): Promise<LookupProcess> {
  const sandbox = await stack.startCold({ handlers: [TOKEN_LOOKUP] });
  stack.use([sandbox]);
  return toLookupProcess(sandbox);
}

/** Returns the distinct outcomes of lookups. */
async function lookUpAll(process: LookupProcess, ids: readonly string[]): Promise<string[]> {
  const lookups = ids.map((id) => ({ event: { installation_id: id }, afterMs: 0 }));
  return outcomes(await process.lookUpAt(lookups));
}

async function listAll(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = cursor === "" ? "limit=100" : `cursor=${encodeURIComponent(cursor)}&limit=100`;
    const page: InstallationPage = v.parse(
      InstallationPage,
      await (await callApi(stack, "GET", `/installations?${query}`)).json(),
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  return ids;
}

test("F-40 a sandbox whose ring lacks a key: rows under it are decryption_failed, all others are good, the list is whole", async () => {
  const ring = await readKeyRing(stack, "token-keyring");
  const k2 = randomBytes(32).toString("base64");
  const both = { primary: "k2", keys: { ...ring.keys, k2 } };
  stack.aws.putSecret("token-keyring", JSON.stringify(both));
  await startCold();
  const bad = await repeat(2, (number) => importOne(2_000 + number));
  stack.aws.putSecret("token-keyring", JSON.stringify(ring));
  const process = await startCold();

  const ofBad = await lookUpAll(process, bad);
  const ofGood = await lookUpAll(process, good);
  const listed = await listAll();
  await sql`delete from installations where id in ${sql(bad)}`;

  expect(ofBad).toEqual(["decryption_failed"]);
  expect(ofGood).toEqual(["gho_IMPORTEDIMPORTEDIMPORTED"]);
  expect(listed.toSorted()).toEqual([...good, ...bad].toSorted());
});

test("F-42 one row of a hundred is damaged: it is decryption_failed, all others are good, the list is whole", async () => {
  const bad = good.slice(0, 2);
  await sql`
    update installations set
      access_token = overlay(
        access_token placing (case substr(access_token, 40, 1) when 'A' then 'B' else 'A' end)
        from 40 for 1
      )
    where id in ${sql(bad)}
  `;
  const process = await startCold();

  expect(await lookUpAll(process, bad)).toEqual(["decryption_failed"]);
  expect(await lookUpAll(process, good.slice(2))).toEqual(["gho_IMPORTEDIMPORTEDIMPORTED"]);
  expect((await listAll()).toSorted()).toEqual(good.toSorted());
});
