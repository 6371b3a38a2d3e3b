import manifest from "../../package.json" with { type: "json" };

const platform = process.platform === "win32" ? "win" : process.platform;
const name = `node-${platform}-${process.arch}`;
const version = manifest.optionalDependencies[name];

/** How to get the Node that this package requires: it is an optional peer, where npm has it. */
export const NODE_ADVICE = version
  ? `Install it: npm install --save-dev ${name}@${version}`
  : "Install it from https://nodejs.org.";
