import { Command, Option } from "@commander-js/extra-typings";
import { jsonOption, refuseStage, toPort } from "./command.ts";
import { describeForPerson, describeHappening } from "./dev/describe.ts";
import { listenForKeys, openInBrowser } from "./dev/keys.ts";
import { notify } from "./output.ts";

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
        "Use this port and the next two (default: PORT, the one of the last start, or 3000).",
      ).argParser(toPort),
    )
    .addOption(jsonOption("Print the log lines as the functions write them, as JSON."))
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep dev
  $ npx grantkeep dev --port 7000`,
    )
    .action(async ({ port, json }) => {
      const { startLocalMode } = await import("../local/dev.ts");
      const describe = { line: describeForPerson, happening: describeHappening };
      const { url, createConsoleUrl } = await startLocalMode({
        port,
        ...(!json && { describe }),
      });
      offerKeys(url, createConsoleUrl);
    });
  refuseStage(command, "it runs Grantkeep on this machine. Deploy a stage with npx sst deploy.");
  return command;
}

/** Offers to open the pages by a key. */
function offerKeys(url: string, createConsoleUrl: () => string): void {
  const open = (page: string) => openInBrowser(page, () => notify(`Open ${page}`));
  const isListening = listenForKeys(
    new Map([
      ["o", () => open(`${url}/`)],
      ["c", () => open(createConsoleUrl())],
    ]),
  );
  if (isListening)
    notify("Press o to open the install page, c to open the console, Ctrl-C to stop.");
}
