import { globSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** `import … from "x"`, `export … from "x"` and `import "x"`, with or without `type`. */
const STATIC = /^\s*(?:import|export)\b(?:[^"'`;]*?\bfrom\b)?\s*"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

/** One import of a file of this repository by another; both by their path from the root. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly isDynamic: boolean;
}

/** Returns the imports of other files by the TypeScript files of these folders. */
export function readImports(folders: readonly string[]): Import[] {
  const files = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.ts`, { cwd: ROOT, exclude: ["**/node_modules"] }),
  );
  return files.flatMap((from) => parseImports(from, readFileSync(path.join(ROOT, from), "utf8")));
}

/** Returns the imports of a source text whose specifiers are relative. */
export function parseImports(from: string, source: string): Import[] {
  const found = (pattern: RegExp, isDynamic: boolean): Import[] =>
    [...source.matchAll(pattern)]
      .map(([, specifier = ""]) => specifier)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => ({ from, to: path.join(path.dirname(from), specifier), isDynamic }));
  return [...found(STATIC, false), ...found(DYNAMIC, true)];
}

/** Returns a circle of files, the first again at its end, or `undefined` if there is none. */
export function findCircle(imports: readonly Import[]): string[] | undefined {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const finished = new Set<string>();
  const open: string[] = [];

  function visit(file: string): string[] | undefined {
    if (finished.has(file)) return undefined;
    const start = open.indexOf(file);
    if (start >= 0) return [...open.slice(start), file];
    open.push(file);
    for (const { to } of targets.get(file) ?? []) {
      const circle = visit(to);
      if (circle) return circle;
    }
    open.pop();
    finished.add(file);
    return undefined;
  }

  for (const file of targets.keys()) {
    const circle = visit(file);
    if (circle) return circle;
  }
  return undefined;
}
