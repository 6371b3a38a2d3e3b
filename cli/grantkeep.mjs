#!/usr/bin/env node
// Plain JavaScript, so that it starts on any Node. It then continues on one that loads TypeScript.
import { spawn } from "node:child_process";
import { findInstalledNode, isSupported, UNSUPPORTED } from "./node-version.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const POLL_MS = 500;

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
  // On a signal, npm ends its shell, whose end this process does not notice otherwise.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, POLL_MS);
  if (process.env.npm_lifecycle_event === undefined) clearInterval(watch);
  child.on("error", () => {
    process.stderr.write(UNSUPPORTED);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    clearInterval(watch);
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
