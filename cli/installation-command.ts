import { Command } from "@commander-js/extra-typings";
import { jsonOption, platformOption, stageOption } from "./command.ts";

interface Texts {
  readonly summary: string;
  readonly description: string;
}

/** Creates a command on one installation, with the argument and the options that select it, and examples. */
export function createInstallationCommand(name: string, { summary, description }: Texts) {
  return new Command(name)
    .summary(summary)
    .description(description)
    .argument(
      "<installation>",
      "The id of the installation, or the id or name of its organization.",
    )
    .addOption(platformOption("The platform of the organization."))
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep ${name} Acme
  $ npx grantkeep ${name} inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b --stage production`,
    );
}
