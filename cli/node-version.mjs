// Plain JavaScript, because it must load on the versions of Node that it rejects.
import { createRequire } from "node:module";
import path from "node:path";
import { NODE_ADVICE } from "./node-advice.mjs";

const REQUIRED = 24;

/** True if this Node can load the TypeScript of this package. */
export const isSupported = Number(process.versions.node.split(".")[0]) >= REQUIRED;

export const UNSUPPORTED =
  `Grantkeep requires Node ${REQUIRED} or later; this is ${process.version}. ` + `${NODE_ADVICE}\n`;

/** Returns the path of the Node that npm installed with the package, if there is one. */
export function findInstalledNode() {
  const isWindows = process.platform === "win32";
  const name = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return path.join(path.dirname(manifest), "bin", isWindows ? "node.exe" : "node");
  } catch {
    return undefined;
  }
}
