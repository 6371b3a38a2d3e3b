import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/**
 * Rejects a command whose options npm took for itself. Without `--` before the options,
 * `npm run import f.ndjson --dry-run` passes the file name only, and the file would be stored.
 */
export function refuseTakenOptions(command: CommandUnknownOpts): void {
  const name = command.name();
  if (process.env.npm_lifecycle_event !== name) return;

  const taken = command.options.find((option) => {
    const variable = `npm_config_${option.name().replaceAll("-", "_")}`;
    const isPassed = command.getOptionValueSource(option.attributeName()) === "cli";
    return process.env[variable] !== undefined && !isPassed;
  });
  if (!taken) return;
  const option = `--${taken.name()}`;
  command.error(
    `error: npm took the option ${option} for itself. Use npx grantkeep ${name} instead.`,
  );
}
