#!/usr/bin/env node
// Plain JavaScript, so that it starts on any Node. It then continues on one that loads TypeScript.
import { spawn } from "node:child_process";
import { findInstalledNode, isSupported, UNSUPPORTED } from "./node-version.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

const node = isSupported ? undefined : findInstalledNode();

if (isSupported) {
  await import("./program.ts");
} else if (node) {
  continueOn(node);
} else {
  process.stderr.write(UNSUPPORTED);
  process.exitCode = 1;
}

/** Runs the same command on another Node, and exits as it does. */
function continueOn(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on("error", () => {
    process.stderr.write(UNSUPPORTED);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
