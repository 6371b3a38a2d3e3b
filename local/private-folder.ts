import { lstat } from "node:fs/promises";

/**
 * Returns whether a folder exists in a shared temporary folder, where any user could have created it.
 *
 * @throws {Error} when the folder belongs to another user or other users can write to it
 */
export async function isPrivateFolder(folder: string, uid: number): Promise<boolean> {
  const status = await lstat(folder).catch(() => undefined);
  if (!status) return false;
  const isPrivate = status.isDirectory() && status.uid === uid && (status.mode & 0o022) === 0;
  if (!isPrivate)
    throw new Error(`${folder} belongs to another user, or others can write to it: delete it.`);
  return true;
}
