import { execFile } from "node:child_process";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { LaunchOptions } from "playwright-core";
import * as v from "valibot";
import { isErrno } from "../../local/errno.ts";
import { isPrivateFolder } from "../../local/private-folder.ts";

/** Unpacks the browser, its fonts and, because of the variable, the libraries that a bare system lacks. */
const UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();';
const WITH_LIBRARIES = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };

const Manifest = v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() }));

/**
 * The Chromium that npm brings for Linux on x64, unpacked once for each version and user.
 *
 * Its own flags are left out: they turn the same-origin policy and the processes of a browser off.
 */
export async function unpackChromium(): Promise<LaunchOptions> {
  const folder = await unpackedFolder();
  return {
    executablePath: path.join(folder, "chromium"),
    env: {
      HOME: folder,
      TMPDIR: folder,
      FONTCONFIG_FILE: path.join(folder, "fonts.conf"),
      LD_LIBRARY_PATH: path.join(folder, "al2023", "lib"),
    },
  };
}

async function unpackedFolder(): Promise<string> {
  const manifest = new URL("../package.json", import.meta.resolve("@sparticuz/chromium"));
  const { version } = v.parse(Manifest, await readFile(manifest, "utf8"));
  const uid = process.getuid?.() ?? 0;
  const folder = path.join(tmpdir(), `grantkeep-chromium-${version}-${uid}`);
  if (await isPrivateFolder(folder, uid)) return folder;

  // Elsewhere at first: a run that starts meanwhile must not find half a browser.
  const draft = await mkdtemp(`${folder}-`);
  try {
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", UNPACK], {
      cwd: import.meta.dirname,
      env: { ...WITH_LIBRARIES, TMPDIR: draft },
    });
    await writeFile(path.join(draft, "fonts.conf"), fontConfiguration(folder));
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another run was faster.
    if (!isErrno(error, "ENOTEMPTY", "EEXIST") || !(await isPrivateFolder(folder, uid))) {
      throw error;
    }
  }
  return folder;
}

/** The same type on every machine; what it has no glyph for comes from the system's fonts. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${folder}/fonts</dir>
<dir>/usr/share/fonts</dir>
<cachedir>${folder}/font-cache</cachedir>
${["system-ui", "sans-serif"].map((family) => preference(family, "Open Sans")).join("\n")}
${preference("monospace", "DejaVu Sans Mono")}
</fontconfig>
`;
}

function preference(family: string, font: string): string {
  return `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
}
