import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import * as v from "valibot";

/** The file with the checksums, in the folder of the package. */
export const CHECKSUMS = "bundles/checksums.json";

const Files = v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)));

/** The SHA-256 of every file, before it was compressed: of each function's bundle by its name, and of the SQL. */
const Checksums = v.object({
  bundles: v.record(v.string(), Files),
  migrations: Files,
});
type Checksums = v.InferOutput<typeof Checksums>;

/** The bundles and migrations of an installed package. */
export interface Prebuilt {
  readonly folder: string;
  readonly checksums: Checksums;
}

/**
 * Opens the package in a folder, and verifies its migrations.
 *
 * @throws {Error} that names the file whose checksum is wrong, or that is missing
 */
export function openPrebuilt(folder: string): Prebuilt {
  const text = read(folder, CHECKSUMS).toString();
  const checksums = v.safeParse(v.pipe(v.string(), v.parseJson(), Checksums), text);
  if (!checksums.success) throw damaged(CHECKSUMS, "is malformed");
  for (const [name, checksum] of Object.entries(checksums.output.migrations)) {
    const file = `migrations/${name}`;
    verify(file, read(folder, file), checksum);
  }
  return { folder, checksums: checksums.output };
}

/**
 * Writes the bundle of a function into a folder, which is emptied first.
 *
 * @throws {Error} that names the file whose checksum is wrong, or that is missing
 */
export function unpackBundle({ folder, checksums }: Prebuilt, name: string, target: string): void {
  const files = checksums.bundles[name];
  if (!files) throw damaged(`bundles/${name}`, "is missing");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [fileName, checksum] of Object.entries(files)) {
    const file = `bundles/${name}/${fileName}.gz`;
    const content = decompress(file, read(folder, file));
    verify(file, content, checksum);
    writeFileSync(path.join(target, fileName), content);
  }
}

/** Returns the checksum of a file's content, as `checksums.json` has it. */
export function checksumOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function read(folder: string, file: string): Buffer {
  try {
    return readFileSync(path.join(folder, file));
  } catch {
    throw damaged(file, "is missing");
  }
}

function decompress(file: string, content: Buffer): Buffer {
  try {
    return gunzipSync(content);
  } catch {
    throw damaged(file, "is not compressed by gzip");
  }
}

function verify(file: string, content: Buffer, checksum: string): void {
  if (checksumOf(content) === checksum) return;
  throw damaged(file, `does not have the checksum that ${CHECKSUMS} names`);
}

function damaged(file: string, what: string): Error {
  return new Error(
    `The file ${file} of the package grantkeep ${what}, so nothing was deployed. ` +
      "Delete node_modules/grantkeep and install the package again.",
  );
}
