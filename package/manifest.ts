import manifest from "../package.json" with { type: "json" };

/** The dependencies of the packed code, which is bundled but for these. */
const DEPENDENCIES = ["valibot"] as const;

/** Returns the `package.json` of the tarball. That of the repository is of the app that `npm run deploy` deploys. */
export function createManifest() {
  const { name, version, description, license, type, optionalDependencies } = manifest;
  // npm's provenance requires the repository that the workflow of GitHub Actions runs in.
  const repository = process.env.GITHUB_REPOSITORY;
  return {
    name,
    version,
    description,
    license,
    ...(repository && {
      repository: { type: "git", url: `git+https://github.com/${repository}.git` },
    }),
    type,
    sideEffects: false,
    // The component needs what Node 22 has; the command says how to get Node 24.
    engines: { node: ">=22" },
    bin: { grantkeep: "dist/command/grantkeep.js" },
    exports: {
      "./sst": { types: "./types/infra/sst.d.ts", default: "./dist/sst.js" },
      "./config": { types: "./types/package/config.d.ts", default: "./dist/config.js" },
      "./unpack": { types: "./types/package/unpack.d.ts", default: "./dist/unpack.js" },
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(DEPENDENCIES.map((id) => [id, manifest.dependencies[id]])),
    // Local mode needs two of them, and a deploy none. `grantkeep dev` says which.
    peerDependencies: optionalDependencies,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(optionalDependencies).map((id) => [id, { optional: true }]),
    ),
    publishConfig: { access: "public", provenance: true },
  };
}
