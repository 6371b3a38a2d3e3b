import { Argument, Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { BaseUrl } from "../core/configuration/setting.ts";
import { Platform } from "../core/installation.ts";
import { jsonOption, stageOption } from "./command.ts";
import { REGISTRARS } from "./setup/registrars.ts";

const MAX_PORT = 65_535;

const STEPS_AND_EXAMPLES = `
Each stage has apps of its own. Deploy the stage once before: the deploy creates its URL and its secrets.

  github  Serves a page on this machine, whose button sends a manifest to GitHub.
  slack   Prints a link that opens Slack's form with a manifest, and asks for the credentials.
  jira    Prints each step with the values to paste, asks for the credentials, and checks them.

The client id, and the App id and slug of GitHub, are written to grantkeep.<stage>.json beside the
configuration. Secrets go to Secrets Manager, with the credentials that the AWS CLI uses.

Examples:
  $ npx grantkeep setup github --stage production --organization example-inc
  $ npx grantkeep setup slack --stage production
  $ pass show grantkeep/jira | npx grantkeep setup jira --stage staging --stdin`;

/** Creates the command that registers the app of a stage at a platform. */
export function createSetupCommand() {
  const command = new Command("setup")
    .summary("Register the app of a stage at a platform")
    .description(
      "Register the app of a deployed stage at a platform, with the URLs, permissions, scopes and events of " +
        "the configuration, and store its secrets.",
    )
    .addArgument(new Argument("<platform>", "The platform.").choices(Platform.options))
    .addOption(stageOption("Register the app of this stage (required)."))
    .addOption(
      new Option("--url <url>", "Use this public URL, not the one of the stage.").argParser(
        parseUrl,
      ),
    )
    .addOption(
      new Option(
        "--organization <login>",
        "Let this organization own the GitHub App, not the person who is signed in.",
      ).argParser(parseLogin),
    )
    .addOption(
      new Option("--port <port>", "Serve the page for GitHub on this port of loopback.")
        .argParser(parsePort)
        .default(0, "any free port"),
    )
    .option("--replace", "Register another app, and replace the secrets of the one before.")
    .option("--stdin", "Read the credentials from standard input, as JSON.")
    .option("--no-open", "Do not open a browser.")
    .addOption(jsonOption())
    .addHelpText("after", STEPS_AND_EXAMPLES);

  return command.action(async (platform, options) => {
    const { url, organization, port, replace, stdin, open, json } = options;
    const stage =
      options.stage ??
      command.error(
        "error: setup requires --stage: in local mode, the apps are registered at the emulated platforms",
      );
    if (organization !== undefined && !REGISTRARS[platform].hasOwner) {
      command.error(
        `error: setup ${platform} takes no --organization: only GitHub Apps have an owner`,
      );
    }
    // The AWS SDK is slow to load, and `--help` does not need it.
    const { setUp } = await import("./setup/setup.ts");
    await setUp(platform, {
      stage,
      url,
      organization,
      port,
      isReplaced: replace ?? false,
      isReadFromStdin: stdin ?? false,
      isOpened: open,
      isJson: json ?? false,
    });
  });
}

function parseUrl(text: string): string {
  const url = v.safeParse(BaseUrl, text);
  if (url.success) return url.output;
  throw new InvalidArgumentError(
    "Use an https URL without a query, such as https://bot.example.com.",
  );
}

function parseLogin(text: string): string {
  if (/^[A-Za-z\d](?:[A-Za-z\d-]{0,37}[A-Za-z\d])?$/.test(text)) return text;
  throw new InvalidArgumentError("Use the login of an organization, as in its address on GitHub.");
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw new InvalidArgumentError(`Use a number from 0 to ${MAX_PORT}.`);
}
