import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import { ourOptions, SST_DEFAULTS } from "../bundles.ts";

/** A way to build `token-lookup`. */
export interface Way {
  readonly name: string;
  readonly options: BuildOptions;
}

/** A line of ours that a way has otherwise. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const WARM_UP = "await Promise.allSettled(steps.map((step) => step({ reload: false })));";
const CONNECTION = "core/postgres/connection.ts";
const DEPENDENCIES = "functions/wiring/dependencies.ts";

/** What was tried to make the SDK and the connection cheap, each against what is deployed. */
export async function ways(): Promise<Way[]> {
  const ours = await ourOptions();
  const { keepNames } = SST_DEFAULTS;
  const plugins = ours.plugins ?? [];
  const without = (name: string) => ({
    ...ours,
    plugins: plugins.filter((plugin) => plugin.name !== name),
  });
  const otherwise = (edit: Edit) => ({ ...ours, plugins: [rewrite(edit), ...plugins] });
  return [
    { name: "as SST bundles by default", options: {} },
    {
      name: "… with dependencies as CommonJS",
      options: { mainFields: ["main"], conditions: ["node"] },
    },
    { name: "ours, but names are kept", options: { ...ours, keepNames } },
    { name: "ours, but in one file", options: { ...ours, splitting: false } },
    { name: "ours, but built-in modules at once", options: without("lazy-builtins") },
    {
      name: "ours, but with the SDK's search for credentials",
      options: without("environment-credentials"),
    },
    {
      name: "ours, but with postgres.js's Nagle delay",
      options: otherwise({ file: CONNECTION, from: "noDelay: true", to: "noDelay: false" }),
    },
    {
      name: "ours, but with the types fetched at the connect",
      options: otherwise({ file: CONNECTION, from: "fetch_types: false", to: "fetch_types: true" }),
    },
    {
      name: "ours, but one step after another",
      options: otherwise({
        file: DEPENDENCIES,
        from: WARM_UP,
        to: "for (const step of steps) await step({ reload: false }).catch(() => {});",
      }),
    },
    {
      name: "ours, but all at the first request",
      options: otherwise({ file: DEPENDENCIES, from: WARM_UP, to: "" }),
    },
  ];
}

function rewrite({ file, from, to }: Edit): Plugin {
  return {
    name: "rewrite",
    setup({ onLoad }) {
      const source = path.join(SST_DEFAULTS.absWorkingDir, file);
      onLoad({ filter: /\.ts$/ }, async ({ path: loaded }) => {
        if (loaded !== source) return undefined;
        const text = await readFile(source, "utf8");
        if (!text.includes(from)) throw new Error(`${file} has no line: ${from}`);
        return { contents: text.replace(from, () => to), loader: "ts" };
      });
    },
  };
}
