import { Command, Option } from "@commander-js/extra-typings";
import type { Subject } from "../console/context.ts";
import { stageOption, toPort } from "./command.ts";
import { notify, print } from "./output.ts";

const IDLE_MINUTES = 30;

interface ConsoleOptions {
  readonly port: number;
  readonly stage?: string | undefined;
}

/** Creates the command that serves the console. */
export function createConsoleCommand() {
  return new Command("console")
    .summary("Open a page with the installations")
    .description(
      "Serve a page on this machine that finds installations, shows why one fails, and repairs it. " +
        "It uses your AWS credentials, is read-only until you unlock changes, and never shows a token.",
    )
    .addOption(
      new Option("--port <port>", "Serve on this port.").argParser(toPort).default(0, "a free one"),
    )
    .addOption(stageOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep console
  $ npx grantkeep console --stage production`,
    )
    .action(serveConsole);
}

async function serveConsole({ port, stage }: ConsoleOptions): Promise<void> {
  const subject = await openSubject(stage);
  const { startConsole } = await import("../console/server.ts");
  const console = await startConsole(subject, { port, idleMs: IDLE_MINUTES * 60_000 });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, console.close);
  print(console.createUrl());
  notify(
    `Open this URL: it works once. The console stops after ${IDLE_MINUTES} minutes without use.`,
  );
  await console.stopped;
}

async function openSubject(stage: string | undefined): Promise<Subject> {
  if (stage === undefined) {
    const { findLocalPort, openLocalMode } = await import("./target/local.ts");
    const { localSubject } = await import("../console/subject.ts");
    const target = await openLocalMode();
    const port = await findLocalPort();
    const urlOf = (number: number) => `http://127.0.0.1:${number}`;
    return localSubject(target, { url: urlOf(port), platforms: { url: urlOf(port + 2) } });
  }
  const { openStage } = await import("./target/stage.ts");
  return { ...(await openStage(stage)), stage };
}
