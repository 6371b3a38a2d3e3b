import { builtinModules } from "node:module";

/** SST holds the filter against the wrong text: the callbacks look for themselves. */
const ANY = { filter: /.*/ };
const NAMESPACE = "lazy-builtin";

/**
 * Bundles Node's modules as stand-ins that load the real one when something of it is first used.
 *
 * An `import` of a built-in module reads everything that it exports: for `node:http` that loads all of undici. What
 * is a function itself, as `node:stream`, cannot be stood in for, and is loaded at once.
 *
 * @see [nodejs/node#59686](https://github.com/nodejs/node/issues/59686)
 */
const lazyBuiltins = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve(ANY, ({ path, namespace }) => {
      const name = path.replace(/^node:/, "");
      if (namespace === NAMESPACE || !builtinModules.includes(name)) return undefined;
      return { path: name, namespace: NAMESPACE, sideEffects: false };
    });
    build.onLoad(ANY, ({ path, namespace }) =>
      namespace === NAMESPACE ? { contents: standIn(path), loader: "js" } : undefined,
    );
  },
};

function standIn(name) {
  const builtin = process.getBuiltinModule(`node:${name}`);
  const load = `process.getBuiltinModule(${JSON.stringify(`node:${name}`)})`;
  if (typeof builtin === "function") return `module.exports = ${load}`;
  const names = JSON.stringify(Object.keys(builtin));
  return `for (const name of ${names})
  Object.defineProperty(exports, name, { enumerable: true, get: () => ${load}[name] })`;
}

export default [lazyBuiltins];
