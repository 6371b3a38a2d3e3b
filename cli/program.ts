import { Command } from "@commander-js/extra-typings";
import manifest from "../package.json" with { type: "json" };
import { createCheckCommand } from "./check.ts";
import { runProgram } from "./command.ts";
import { createCompletionCommand } from "./completion.ts";
import { createConsoleCommand } from "./console.ts";
import { createDeadLettersCommand } from "./dead-letters.ts";
import { createDevCommand } from "./dev.ts";
import { createEraseCommand } from "./erase.ts";
import { createExportCommand } from "./export.ts";
import { createHealthCheckCommand } from "./health-check.ts";
import { createImportCommand } from "./import.ts";
import { createKeyringCommand } from "./keyring.ts";
import { createLinkCommand } from "./link.ts";
import { createListCommand } from "./list.ts";
import { createLogsCommand } from "./logs.ts";
import { createLookupCommand } from "./lookup.ts";
import { createMigrateCommand } from "./migrate.ts";
import { refuseTakenOptions } from "./npm-arguments.ts";
import { createReplayCommand } from "./replay.ts";
import { createRotateKeysCommand } from "./rotate-keys.ts";
import { createSetupCommand } from "./setup.ts";
import { createShowCommand } from "./show.ts";
import { createStatusCommand } from "./status.ts";
import { createDisableCommand, createEnableCommand } from "./switch.ts";
import { createWhyCommand } from "./why.ts";

const program = new Command("grantkeep")
  .description("Run Grantkeep on this machine, and operate it there or on a deployed stage.")
  .version(manifest.version, "-V, --version", "Print the version.")
  .helpOption("-h, --help", "Print this help.")
  .helpCommand("help [command]", "Print the help of a command")
  .configureHelp({ subcommandTerm: (command) => command.name() })
  .exitOverride()
  .hook("preAction", (_, command) => refuseTakenOptions(command));

for (const command of [
  createDevCommand(),
  createStatusCommand(),
  createListCommand(),
  createShowCommand(),
  createLinkCommand(),
  createLookupCommand(),
  createDisableCommand(),
  createEnableCommand(),
  createWhyCommand(),
  createLogsCommand(),
  createHealthCheckCommand(),
  createCheckCommand(),
  createImportCommand(),
  createExportCommand(),
  createEraseCommand(),
  createRotateKeysCommand(),
  createSetupCommand(),
  createDeadLettersCommand(),
  createReplayCommand(),
  createConsoleCommand(),
  createKeyringCommand(),
  createMigrateCommand(),
  createCompletionCommand(),
]) {
  const hint = `Run "npx grantkeep ${command.name()} --help" for its options.`;
  program.addCommand(command.copyInheritedSettings(program).showHelpAfterError(hint));
}
program.showHelpAfterError('Run "npx grantkeep --help" for its commands.');

await runProgram(program);
