import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const WithLogo = v.looseObject({ brand: v.looseObject({ logo: v.string() }) });

/**
 * Returns the configuration with its logo as a `data:` URL instead of the path of a file. The path of a file
 * that is not there, or is no PNG or SVG, stays, and is found as a mistake.
 */
export function inlineLogo(configuration: unknown, folder: string): unknown {
  const withLogo = v.safeParse(WithLogo, configuration);
  if (!withLogo.success) return configuration;
  const { brand, ...others } = withLogo.output;
  return { ...others, brand: { ...brand, logo: toDataUrl(brand.logo, folder) } };
}

function toDataUrl(logo: string, folder: string): string {
  if (logo.startsWith("data:")) return logo;
  const content = readFile(path.resolve(folder, logo));
  const type = content && typeOf(content);
  return content && type ? `data:image/${type};base64,${content.toString("base64")}` : logo;
}

function typeOf(content: Buffer): "png" | "svg+xml" | undefined {
  if (content.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return "png";
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(content.toString())
    ? "svg+xml"
    : undefined;
}

function readFile(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
