import { Argument, Command } from "@commander-js/extra-typings";

import * as v from "valibot";
import { Platform } from "../core/installation.ts";

import { jsonOption, stageOption } from "./command.ts";
import { printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { callFunction } from "./target/target.ts";

/** Creates the command that prints a token. */
export function createLookupCommand() {
  return new Command("lookup")
    .summary("Look up the token of an organization")
    .description("Look up the access token of an organization, as a Lambda of your bot does.")
    .addArgument(new Argument("<platform>", "The platform.").choices(Platform.options))
    .argument("<organization_id>", "The organization's id on the platform, as list shows it.")
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The response is printed as JSON, with or without --json. It contains the token.

Examples:
  $ npx grantkeep lookup github 583231
  $ npx grantkeep lookup slack T0ACME --stage production | jq --raw-output .access_token`,
    )
    .action(async (platform, organizationId, { stage }) => {
      const { invoke } = await openTarget(stage);
      const request = { platform, organization_id: organizationId };
      printJson(await callFunction(invoke, "token-lookup", request, v.unknown()));
    });
}
