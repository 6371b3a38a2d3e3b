import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** A word that can be typed, and its meaning. */
export interface Word {
  readonly text: string;
  readonly meaning: string;
}

/** An option, and the values that it takes, if they are known. */
export interface OptionWord extends Word {
  readonly values: readonly string[];
  /** Whether a value follows it. */
  readonly takesValue: boolean;
}

/** A command with the words that can follow it. */
export interface CommandWords extends Word {
  readonly options: readonly OptionWord[];
  /** The values of its first argument, if they are known. */
  readonly steps: readonly string[];
}

/** Returns the words of all commands of a program, in the order of its help. */
export function readWords(program: CommandUnknownOpts): CommandWords[] {
  const help = program.createHelp();
  return help.visibleCommands(program).map((command) => ({
    text: command.name(),
    meaning: command.summary() || command.description(),
    steps: command.registeredArguments[0]?.argChoices ?? [],
    options: help.visibleOptions(command).flatMap(({ long, description, argChoices, required }) =>
      long
        ? [
            {
              text: long,
              meaning: description,
              values: argChoices ?? [],
              takesValue: required,
            },
          ]
        : [],
    ),
  }));
}
