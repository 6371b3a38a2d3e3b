import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { COLOR, contrastOf } from "../../core/configuration/color.ts";
import { inlineLogo } from "../../core/configuration/logo.ts";
import { createStyle } from "../../functions/http/pages/style.ts";

const folder = await mkdtemp(path.join(tmpdir(), "gk-logo-"));
afterAll(() => rm(folder, { recursive: true }));

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const SVG = Buffer.from('<?xml version="1.0"?>\n<!-- a logo -->\n<svg xmlns="…"></svg>');

function logoIn(configuration: unknown): unknown {
  return inlineLogo(configuration, folder);
}

test.each([
  ["logo.png", PNG, "png"],
  ["logo.svg", SVG, "svg+xml"],
  ["named.gif", PNG, "png"],
])("a logo is inlined by its content: %s", async (name, content, type) => {
  await writeFile(path.join(folder, name), content);

  expect(logoIn({ brand: { name: "a", logo: `./${name}` }, languages: ["en"] })).toEqual({
    brand: { name: "a", logo: `data:image/${type};base64,${content.toString("base64")}` },
    languages: ["en"],
  });
});

test("a file that is missing, or is no image, stays a path, which is found as a mistake", async () => {
  await writeFile(path.join(folder, "page.svg"), "<html><svg></svg></html>");

  for (const logo of ["missing.png", "page.svg", ".", "data:image/png;base64,AA=="]) {
    expect(logoIn({ brand: { logo } })).toEqual({ brand: { logo } });
  }
});

test.each([undefined, {}, { brand: 1 }, { brand: {} }, { brand: { logo: 1 } }])(
  "a configuration without a logo is left as it is: %j",
  (configuration) => {
    expect(logoIn(configuration)).toEqual(configuration);
  },
);

test("any accent color is readable in dark mode", () => {
  const colors = fc
    .integer({ min: 0, max: 0xffffff })
    .map((n) => `#${n.toString(16).padStart(6, "0")}`);

  fc.assert(
    fc.property(colors, (accent) => {
      const [, dark = ""] = createStyle(accent).split("prefers-color-scheme: dark");
      const [, shown = ""] = /--accent: (#[0-9a-f]{6});/.exec(dark) ?? [];
      return COLOR.test(shown) && contrastOf(shown, "#17191f") >= 4.5;
    }),
  );
});
