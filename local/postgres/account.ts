import { execFile } from "node:child_process";
import { chown, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The system user that runs PostgreSQL. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Returns the user that must run PostgreSQL, which refuses to run as root. `undefined` is the current user.
 *
 * @throws {Error} when the current user is root and the system has no user `postgres` or `nobody`
 */
export async function findAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8");
  for (const name of ["postgres", "nobody"]) {
    const entry = new RegExp(`^${name}:[^:]*:(-?\\d+):(-?\\d+):`, "m").exec(passwd);
    if (entry) return { uid: Number(entry[1]), gid: Number(entry[2]) };
  }
  throw new Error("PostgreSQL cannot run as root, and this system has no user postgres or nobody.");
}

/** Returns the options that spawn a program as a user, in a folder that every user can enter. */
export function spawnOptions(account: Account | undefined) {
  // Does not inherit the environment, which may hold secrets. With UTC, initdb does not detect the time zone.
  const environment = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
  const env = process.platform === "win32" ? { ...process.env, ...environment } : environment;
  return { ...account, cwd: "/", env };
}

/** Runs a program as a user and returns its output. An error has the program's messages. */
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
