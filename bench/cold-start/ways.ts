import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import { bundlingOptions, SST_DEFAULTS } from "../../package/bundles.ts";

/** A way to bundle `token-lookup`. */
export interface Way {
  readonly name: string;
  readonly options: BuildOptions;
}

/** A line of the source that a way replaces. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const WARM_UP = "await Promise.allSettled(steps.map((step) => step({ reload: false })));";
const CONNECTION = "core/postgres/connection.ts";
const WARM_UP_FILE = "functions/wiring/warm-up.ts";

/** Returns the ways that were tried to shorten cold starts, each with one difference from what is deployed. */
export async function ways(): Promise<Way[]> {
  const deployed = await bundlingOptions();
  const { keepNames } = SST_DEFAULTS;
  const plugins = deployed.plugins ?? [];
  const without = (name: string) => ({
    ...deployed,
    plugins: plugins.filter((plugin) => plugin.name !== name),
  });
  const withEdit = (edit: Edit) => ({ ...deployed, plugins: [rewrite(edit), ...plugins] });
  return [
    { name: "SST's default bundle", options: {} },
    {
      name: "SST's default bundle, dependencies as CommonJS",
      options: { mainFields: ["main"], conditions: ["node"] },
    },
    { name: "deployed, with keepNames", options: { ...deployed, keepNames } },
    { name: "deployed, without splitting", options: { ...deployed, splitting: false } },
    { name: "deployed, without lazy built-in modules", options: without("lazy-builtins") },
    {
      name: "deployed, with all credential providers",
      options: without("environment-credentials"),
    },
    {
      name: "deployed, with Nagle's algorithm",
      options: withEdit({ file: CONNECTION, from: "noDelay: true", to: "noDelay: false" }),
    },
    {
      name: "deployed, with types fetched at connect",
      options: withEdit({ file: CONNECTION, from: "fetch_types: false", to: "fetch_types: true" }),
    },
    {
      name: "deployed, with sequential warm-up",
      options: withEdit({
        file: WARM_UP_FILE,
        from: WARM_UP,
        to: "for (const step of steps) await step({ reload: false }).catch(() => {});",
      }),
    },
    {
      name: "deployed, without warm-up",
      options: withEdit({ file: WARM_UP_FILE, from: WARM_UP, to: "" }),
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
        if (!text.includes(from)) throw new Error(`${file} does not contain: ${from}`);
        return { contents: text.replace(from, () => to), loader: "ts" };
      });
    },
  };
}
