import type { SealedRow } from "../../core/ports/sealed-rows.ts";
import { createKeyRing, type KeyRingDocument } from "../../core/sealing/keyring.ts";
import { sealColumn, sealRegistration } from "../../core/sealing/sealed-columns.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { createMemoryKeyRingStore } from "./memory/keyring-store.ts";
import { createMemorySealedRows } from "./memory/sealed-rows.ts";

const key = () => Object.values(generateKeyRing().keys)[0] ?? "";
/** Two keys, of which the second seals. */
export const RING: KeyRingDocument = { primary: "k2", keys: { k1: key(), k2: key() } };

/** When the ring was changed last. */
export const CHANGED = new Date("2027-01-01T00:00:00Z");

/** A ring with two keys, and as many rows sealed with `k1` as asked for. */
export async function prepare(count: number, ring = RING) {
  const rows = new Map<string, SealedRow>();
  const old = sealerOf({ ...ring, primary: "k1" });
  for (let number = 1; number <= count; number += 1) {
    const organizationId = `${number}`;
    const installationId = `inst-${organizationId.padStart(32, "0")}`;
    const row = {
      platform: "github",
      organizationId,
      kind: "github_app",
      providerInstallationId: organizationId,
      clientId: "client-1",
    } as const;
    rows.set(installationId, {
      ...row,
      installationId,
      texts: {
        registration: await sealRegistration(old, row),
        access_token: await sealColumn(old, "access_token", row, `access-${number}`),
        webhook_secret: await sealColumn(old, "webhook_secret", row, `secret-${number}`),
      },
    });
  }
  const store = createMemoryKeyRingStore(ring, CHANGED);
  return { rows, deps: { ring: store, rows: createMemorySealedRows(rows) } };
}

/** A sealer under one ring. */
export function sealerOf(document: KeyRingDocument) {
  const ring = createKeyRing(document);
  return createSealer(async () => ring);
}

/** The row of an organization, by its number. */
export function get(rows: ReadonlyMap<string, SealedRow>, number: number): SealedRow {
  const row = rows.get(`inst-${`${number}`.padStart(32, "0")}`);
  if (!row) throw new Error("There is no such row.");
  return row;
}
