import { Command } from "@commander-js/extra-typings";
import { generateKeyRing } from "../local/keyring.ts";
import { refuseStage } from "./command.ts";
import { print } from "./output.ts";

/** Creates the command that prints a new key ring. */
export function createKeyringCommand() {
  const command = new Command("keyring")
    .summary("Print a new key ring")
    .description(
      "Print a new key ring with one random key, as JSON for Secrets Manager. The output is a " +
        "secret.",
    )
    .addHelpText(
      "after",
      `
A deployed stage has its rings in Secrets Manager. Do not replace the ring of stored tokens: without
its keys, the tokens cannot be decrypted. Use rotate-keys.

Example:
  $ npx grantkeep keyring | aws secretsmanager put-secret-value \\
      --secret-id grantkeep/production/state-keyring --secret-string file:///dev/stdin`,
    )
    .action(() => print(JSON.stringify(generateKeyRing())));
  refuseStage(command, "it prints a new key ring, and changes nothing. Use rotate-keys.");
  return command;
}
