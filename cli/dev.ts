import { Command, Option } from "@commander-js/extra-typings";
import { refuseStage, toPort } from "./command.ts";

/** Creates the command that starts local mode. */
export function createDevCommand() {
  const command = new Command("dev")
    .summary("Start Grantkeep on this machine")
    .description(
      "Start Grantkeep on this machine: the HTTP API, an AWS endpoint, PostgreSQL, and emulated " +
        "platforms. Ctrl-C stops it, and keeps the data.",
    )
    .addOption(
      new Option(
        "--port <port>",
        "Use this port and the next two (default: PORT, or 3000).",
      ).argParser(toPort),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep dev
  $ npx grantkeep dev --port 7000`,
    )
    .action(async ({ port }) => {
      const { startLocalMode } = await import("../local/dev.ts");
      await startLocalMode(port);
    });
  refuseStage(command, "it runs Grantkeep on this machine. Deploy a stage with npx sst deploy.");
  return command;
}
