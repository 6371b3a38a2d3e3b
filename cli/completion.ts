import { Argument, Command } from "@commander-js/extra-typings";
import { refuseStage } from "./command.ts";
import { bashScript, fishScript, zshScript } from "./completion/shells.ts";
import { readWords } from "./completion/words.ts";
import { print } from "./output.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Creates the command that prints the completion for a shell: a script, so that a Tab starts no program. */
export function createCompletionCommand() {
  const command = new Command("completion")
    .summary("Print the completion for your shell")
    .description(
      "Print a script with which your shell completes commands, options and their values.",
    )
    .addArgument(new Argument("<shell>", "The shell.").choices(["bash", "zsh", "fish"] as const))
    .addHelpText(
      "after",
      `
It completes the name grantkeep. In a clone, make that an alias: alias grantkeep="npx grantkeep"

Examples:
  $ npx grantkeep completion bash >> ~/.bashrc
  $ npx grantkeep completion zsh > ~/.zfunc/_grantkeep
  $ npx grantkeep completion fish > ~/.config/fish/completions/grantkeep.fish`,
    );
  refuseStage(command, "it completes the names of commands and options, and reads no stage.");
  return command.action((shell) => {
    const program = command.parent;
    if (program) print(SCRIPTS[shell](readWords(program)).trimEnd());
  });
}
