import { builtinModules } from "node:module";

/** SST holds the filter against the wrong text: the callbacks look for themselves. */
const ANY = { filter: /.*/ };

/**
 * Bundles Node's modules as stand-ins that load the real one when something of it is first used.
 *
 * An `import` of a built-in module reads everything that it exports: for `node:http` that loads all of undici.
 *
 * @see [nodejs/node#59686](https://github.com/nodejs/node/issues/59686)
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup(build) {
    const mine = "lazy-builtin";
    build.onResolve(ANY, ({ path, namespace, kind }) => {
      const name = path.replace(/^node:/, "");
      if (namespace === mine || !builtinModules.includes(name)) return undefined;
      // What is imported late needs no stand-in, but for the one that costs so much.
      if (kind === "dynamic-import" && name !== "http") return undefined;
      return { path: name, namespace: mine, sideEffects: false };
    });
    build.onLoad(ANY, ({ path, namespace }) =>
      namespace === mine ? { contents: standIn(path), loader: "js" } : undefined,
    );
  },
};

function standIn(name) {
  const builtin = process.getBuiltinModule(`node:${name}`);
  const load = `process.getBuiltinModule(${JSON.stringify(`node:${name}`)})`;
  // What is a function itself, as `node:stream`, cannot be stood in for; the process is there already.
  if (typeof builtin === "function" || builtin === process) return `module.exports = ${load}`;
  const names = JSON.stringify(Object.keys(builtin));
  return `for (const name of ${names})
  Object.defineProperty(exports, name, { enumerable: true, get: () => ${load}[name] })`;
}

/** Lambda sets credentials in the environment: the SDK's search through files, SSO and metadata stays out. */
const environmentCredentials = {
  name: "environment-credentials",
  setup(build) {
    const mine = "environment-credentials";
    build.onResolve(ANY, ({ path }) =>
      path === "@aws-sdk/credential-provider-node"
        ? { path, namespace: mine, sideEffects: false }
        : undefined,
    );
    build.onLoad(ANY, ({ namespace }) =>
      namespace === mine
        ? {
            contents: `export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";`,
            loader: "js",
            resolveDir: import.meta.dirname,
          }
        : undefined,
    );
  },
};

export default [environmentCredentials, lazyBuiltins];
