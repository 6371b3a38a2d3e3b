import { execFile } from "node:child_process";
import { chmod, chown, mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type postgres from "postgres";
import { findAccount } from "../../local/postgres/account.ts";
import type { OwnPostgres } from "./own-postgres.ts";

const execute = promisify(execFile);
const MEGABYTE = 1024 * 1024;
const DISK_MEGABYTES = 8;

/** A disk that holds the installations, and that a test fills and empties. */
export interface SmallDisk {
  fill(): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Puts the installations on a disk of their own: a tmpfs, where this process is root and may mount one.
 * Elsewhere the server says of every write that the disk is full, which is all that its clients can see.
 */
export async function createSmallDisk(sql: postgres.Sql, server: OwnPostgres): Promise<SmallDisk> {
  const folder = path.join(server.folder, "disk");
  await mkdir(folder);
  const size = `size=${DISK_MEGABYTES}m`;
  const isMounted = await execute("mount", ["-t", "tmpfs", "-o", size, "tmpfs", folder]).then(
    () => true,
    () => false,
  );
  return isMounted ? createTmpfs(sql, folder) : createRefusal(sql);
}

async function createTmpfs(sql: postgres.Sql, folder: string): Promise<SmallDisk> {
  const tablespace = path.join(folder, "tablespace");
  const account = await findAccount();
  await mkdir(tablespace);
  await chmod(folder, 0o755);
  if (account) await chown(tablespace, account.uid, account.gid);
  await sql.unsafe(`create tablespace small location '${tablespace}'`);
  await sql`alter table installations set tablespace small`;
  const filler = path.join(folder, "filler");

  return {
    async fill() {
      const file = await open(filler, "w");
      const block = Buffer.alloc(MEGABYTE);
      // The last blocks are for the server: it wants eight kilobytes at a time.
      for (const size of [MEGABYTE, 4096]) {
        while (await file.write(block.subarray(0, size)).catch(() => undefined));
      }
      await file.close();
      // What is left in pages that exist is used up by other rows.
      for (const length of [1_000, 100, 1]) await fillPages(sql, length);
    },
    async empty() {
      await rm(filler);
      await sql`delete from installations where organization_name = 'filler'`;
    },
    async remove() {
      await sql`alter table installations set tablespace pg_default`;
      await sql`drop tablespace small`;
      await execute("umount", [folder]);
    },
  };
}

async function fillPages(sql: postgres.Sql, length: number): Promise<void> {
  for (;;) {
    const isFull = await sql`
      insert into installations (
        id, platform, organization_id, organization_name, kind, client_id, registration,
        webhook_secret, installed_by, metadata
      ) values (
        ${`inst-${crypto.randomUUID().replaceAll("-", "")}`}, 'github', ${crypto.randomUUID()},
        'filler', 'oauth_app', 'filler', 'v1.', 'v1.', 'filler', ${sql.json({ filler: "x".repeat(length) })}
      )
    `.then(
      () => false,
      () => true,
    );
    if (isFull) return;
  }
}

async function createRefusal(sql: postgres.Sql): Promise<SmallDisk> {
  const empty = async () => {
    await sql`drop trigger if exists full_disk on installations`;
  };
  await sql.unsafe(`
    create function full_disk() returns trigger language plpgsql as $$
      begin raise exception 'No space left on device' using errcode = 'disk_full'; end $$
  `);
  return {
    async fill() {
      await sql`
        create trigger full_disk before insert or update on installations
        for each row execute function full_disk()
      `;
    },
    empty,
    remove: empty,
  };
}
