import {
  CommanderError,
  type CommandUnknownOpts,
  InvalidArgumentError,
  Option,
} from "@commander-js/extra-typings";
import { Platform } from "../core/installation.ts";
import { parsePort } from "../local/running-port.ts";
import { clearProgress, notify } from "./output.ts";

const FAILED = 1;
const WRONG_USAGE = 2;

const UNIT_SECONDS = { m: 60, h: 3_600, d: 86_400 };

/** The name becomes part of the names of functions. */
const STAGE = /^[A-Za-z0-9-]{1,40}$/;

/**
 * Runs the command that the arguments name. Prints a failure as one sentence, and sets the exit code:
 * 0 done, 1 failed, 2 wrong usage.
 */
export async function runProgram(program: CommandUnknownOpts): Promise<void> {
  ignoreClosedPipes();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed the message, or the help that was requested.
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
      return;
    }
    notify(`error: ${error instanceof Error ? error.message : error}`);
    markFailed();
  } finally {
    clearProgress();
  }
}

/** Sets the exit code of a command that finished but found something wrong. */
export function markFailed(): void {
  process.exitCode = FAILED;
}

/** Creates the option that selects a deployed stage. */
export function stageOption(description = "Use a deployed stage instead of local mode.") {
  return new Option("--stage <stage>", description).argParser((text) => {
    if (STAGE.test(text)) return text;
    throw new InvalidArgumentError("A stage name consists of letters, digits and hyphens.");
  });
}

/** Creates the option that selects a platform. */
export function platformOption(description: string) {
  return new Option("--platform <platform>", description).choices(Platform.options);
}

/** Creates the option that limits the length of a list. */
export function limitOption(description: string) {
  return new Option("--limit <count>", description).argParser((text) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new InvalidArgumentError("Use a whole number, at least 1.");
  });
}

/** Returns the port that an argument names. */
export function toPort(text: string): number {
  try {
    return parsePort(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** Returns the seconds of a time such as `30m`, `12h` or `7d`. */
export function parseDuration(text: string): number {
  const [, count = "", unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (unit === "m" || unit === "h" || unit === "d") return Number(count) * UNIT_SECONDS[unit];
  throw new InvalidArgumentError("Use a number and m, h or d, such as 7d.");
}

/** Creates the option that prints the result for programs. */
export function jsonOption(description = "Print the result as JSON.") {
  return new Option("--json", description);
}

/** Makes a command reject `--stage` with a reason, not as an unknown option. */
export function refuseStage(command: CommandUnknownOpts, reason: string): void {
  const option = new Option("--stage <stage>").hideHelp();
  option.argParser(() => command.error(`error: ${command.name()} takes no --stage: ${reason}`));
  command.addOption(option);
}

/** Keeps a command running after a reader such as `head` closes the pipe. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (!("code" in error && error.code === "EPIPE")) throw error;
    });
  }
}
