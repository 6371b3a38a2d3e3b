import { execFileSync } from "node:child_process";
import { access, rm } from "node:fs/promises";
import path from "node:path";

const PACKAGE = path.resolve(import.meta.dirname, "../../clients/typescript");

/**
 * Packs the client as `npm publish` would, and installs the tarball beside the libraries.
 * Fails with instructions when they are not installed.
 */
export default async function setup(): Promise<void> {
  await access(path.join(import.meta.dirname, "node_modules/octokit")).catch(() => {
    throw new Error("The libraries are not installed. Run: npm run clients:install");
  });
  const npm = (folder: string, ...words: string[]) =>
    execFileSync("npm", words, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  const packed = npm(PACKAGE, "pack", "--json", "--pack-destination", import.meta.dirname);
  const [{ filename }] = JSON.parse(packed);
  const tarball = path.join(import.meta.dirname, filename);
  npm(import.meta.dirname, "install", "--no-save", "--no-audit", "--no-fund", tarball);
  await rm(tarball);
}
