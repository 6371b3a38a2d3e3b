import { execFile } from "node:child_process";
import { chown, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A system user that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom PostgreSQL must run as, since it refuses to be root: `undefined` is the present user.
 *
 * @throws when this process is root and the system has neither `postgres` nor `nobody`.
 */
export async function findAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8");
  for (const name of ["postgres", "nobody"]) {
    const entry = new RegExp(`^${name}:[^:]*:(-?\\d+):(-?\\d+):`, "m").exec(passwd);
    if (entry) return { uid: Number(entry[1]), gid: Number(entry[2]) };
  }
  throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody");
}

/** How a program is spawned as that user, in a folder that it can enter. */
export function spawnOptions(account: Account | undefined) {
  // Our own environment may hold secrets. UTC spares initdb its search for the time zone.
  const environment = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
  const env = process.platform === "win32" ? { ...process.env, ...environment } : environment;
  return { ...account, cwd: "/", env };
}

/** The output of a program that ran to its end as that user; a failure carries its messages. */
export async function runAs(
  account: Account | undefined,
  program: string,
  args: readonly string[],
): Promise<string> {
  const { stdout } = await execute(program, args, spawnOptions(account));
  return stdout;
}

export async function giveTo(account: Account | undefined, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
}
