import { lstat } from "node:fs/promises";

/**
 * Whether a folder is there, in a temporary folder that is shared: anybody could have made it before us.
 *
 * @throws {Error} when it belongs to somebody else, or others can change it: it must not be used
 */
export async function isPrivateFolder(folder: string, uid: number): Promise<boolean> {
  const status = await lstat(folder).catch(() => undefined);
  if (!status) return false;
  const isPrivate = status.isDirectory() && status.uid === uid && (status.mode & 0o022) === 0;
  if (!isPrivate) throw new Error(`${folder} was not made by this user: remove it`);
  return true;
}
