import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { functionTable } from "../infra/function-table.ts";
import { CHECKSUMS, checksumOf } from "../infra/prebuilt.ts";
import { buildBundle, bundlingOptions, ROOT } from "./bundles.ts";

/** Without the source maps, which SST does not upload either. */
const OPTIONS = { sourcemap: false } as const;

/** Writes the compressed bundle of every function, the migrations and the checksums of both into a package. */
export async function writeFunctions(folder: string): Promise<void> {
  const draft = await mkdtemp(path.join(tmpdir(), "grantkeep-bundle-"));
  const bundles: Record<string, Record<string, string>> = {};
  try {
    for (const { name, handler } of functionTable) {
      const { files } = await buildBundle(handler, draft, {
        ...(await bundlingOptions()),
        ...OPTIONS,
      });
      bundles[name] = await compress(draft, files, path.join(folder, "bundles", name));
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const checksums = { bundles, migrations: await copyMigrations(folder) };
  await writeFile(path.join(folder, CHECKSUMS), `${JSON.stringify(checksums, null, 1)}\n`);
}

async function compress(from: string, files: readonly string[], to: string) {
  await mkdir(to, { recursive: true });
  const checksums: Record<string, string> = {};
  for (const file of [...files].sort()) {
    const content = await readFile(path.join(from, file));
    checksums[file] = checksumOf(content);
    await writeFile(path.join(to, `${file}.gz`), gzipSync(content, { level: 9 }));
  }
  return checksums;
}

async function copyMigrations(folder: string): Promise<Record<string, string>> {
  const target = path.join(folder, "migrations");
  await mkdir(target, { recursive: true });
  const checksums: Record<string, string> = {};
  for (const name of (await readdir(path.join(ROOT, "migrations"))).sort()) {
    const content = await readFile(path.join(ROOT, "migrations", name));
    checksums[name] = checksumOf(content);
    await writeFile(path.join(target, name), content);
  }
  return checksums;
}
