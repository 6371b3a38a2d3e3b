import { builtinModules } from "node:module";

/** SST matches `filter` against the wrong path, so the callbacks filter by themselves. */
const ANY = { filter: /.*/ };

/**
 * Replaces Node's built-in modules by stubs that load the real module when one of its exports is first used.
 *
 * An `import` of a built-in module evaluates all of its exports: for `node:http`, that loads all of undici.
 *
 * @see [nodejs/node#59686](https://github.com/nodejs/node/issues/59686)
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup(build) {
    const stubs = "lazy-builtin";
    build.onResolve(ANY, ({ path, namespace, kind }) => {
      const name = path.replace(/^node:/, "");
      if (namespace === stubs || !builtinModules.includes(name)) return undefined;
      // A dynamic import loads the module late enough. `http` is the exception: it loads undici.
      if (kind === "dynamic-import" && name !== "http") return undefined;
      return { path: name, namespace: stubs, sideEffects: false };
    });
    build.onLoad(ANY, ({ path, namespace }) =>
      namespace === stubs ? { contents: stubOf(path), loader: "js" } : undefined,
    );
  },
};

function stubOf(name) {
  const builtin = process.getBuiltinModule(name);
  const load = `process.getBuiltinModule(${JSON.stringify(name)})`;
  // A module that is a function, e.g. `node:stream`, cannot be a stub; `process` is loaded already.
  if (typeof builtin === "function" || builtin === process) return `module.exports = ${load}`;
  // One text, because a list of texts would add two quotes per name.
  const names = JSON.stringify(Object.keys(builtin).join(" "));
  return `for (const name of ${names}.split(" "))
  Object.defineProperty(exports, name, { enumerable: true, get: () => ${load}[name] })`;
}

/** Omits the SDK's credential providers for files, SSO and metadata: Lambda sets credentials in the environment. */
const environmentCredentials = {
  name: "environment-credentials",
  setup(build) {
    const replaced = "environment-credentials";
    build.onResolve(ANY, ({ path }) =>
      path === "@aws-sdk/credential-provider-node"
        ? { path, namespace: replaced, sideEffects: false }
        : undefined,
    );
    build.onLoad(ANY, ({ namespace }) =>
      namespace === replaced
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
