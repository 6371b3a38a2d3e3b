import { Argument, Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { InstallationId, Platform } from "../core/installation.ts";
import { InstallLinkId } from "../core/ports/install-links.ts";
import { jsonOption, limitOption, parseDuration, stageOption } from "./command.ts";
import {
  createLink,
  endLink,
  findPlatform,
  type InstallLink,
  type LinkRequest,
  listLinks,
} from "./install-links.ts";
import { formatTable, notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import type { Target } from "./target/target.ts";

const HEADINGS = ["STATUS", "PLATFORM", "CUSTOMER", "CREATED", "EXPIRES", "USED BY", "ID"];

const STEPS_AND_EXAMPLES = `
Steps:
  list      Show the links of the last week, and which of them were used (default).
  create    Create a link, and print its URL.
  end <id>  End a link: it cannot be used any more.

Examples:
  $ npx grantkeep link create --platform slack --metadata customer=42 --metadata display_name=Acme
  $ npx grantkeep link create --installation inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b --expires 7d
  $ npx grantkeep link --stage production`;

interface LinkOptions {
  readonly platform?: Platform | undefined;
  readonly installation?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly redirectUri?: string | undefined;
  readonly replace?: boolean | undefined;
  readonly expires?: number | undefined;
  readonly limit?: number | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that creates, lists and ends install links. */
export function createLinkCommand() {
  const command = new Command("link")
    .summary("Create, list or end install links")
    .description(
      "Create a link with which one organization can install the bot once, or list or end links.",
    )
    .addArgument(
      new Argument("[step]", "Do this.")
        .choices(["list", "create", "end"] as const)
        .default("list" as const),
    )
    .argument("[id]", "The id of the link to end.")
    .addOption(
      new Option("--platform <platform>", "Create a link for this platform.").choices(
        Platform.options,
      ),
    )
    .addOption(
      new Option(
        "--installation <id>",
        "Create a reconnect link, which changes only this installation.",
      ).argParser(parseInstallationId),
    )
    .addOption(
      new Option(
        "--metadata <key=value>",
        "Store this with the installation. Repeat the option for more pairs.",
      ).argParser(addPair),
    )
    .option("--replace", "Let the link take the installation of another customer.")
    .option("--redirect-uri <url>", "Send the browser there after the install.")
    .addOption(
      new Option(
        "--expires <time>",
        "Let the link expire after this time: 30m, 12h or 7d.",
      ).argParser(parseDuration),
    )
    .addOption(limitOption("List only the newest links, at most this many."))
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText("after", STEPS_AND_EXAMPLES);

  return command.action(async (step, id, options) => {
    if ((step === "end") !== (id !== undefined)) {
      command.error(
        `error: ${step} ${step === "end" ? "requires" : "does not take"} the id of a link`,
      );
    }
    if (step === "create" && options.platform === undefined && options.installation === undefined) {
      command.error("error: create requires --platform or --installation");
    }
    if (id !== undefined && !v.is(InstallLinkId, id)) {
      command.error("error: the id of a link begins with link-");
    }
    const target = await openTarget(options.stage);
    if (step === "create") await create(target, options);
    else if (id !== undefined) await end(target, id, options);
    else await list(target, options);
  });
}

async function create(target: Target, { installation, json, ...options }: LinkOptions) {
  const platform =
    installation === undefined ? undefined : await findPlatform(target, installation);
  const request: LinkRequest = {
    platform: options.platform ?? platform ?? "",
    ...(installation !== undefined && { installation_id: installation }),
    ...(options.metadata && { metadata: options.metadata }),
    ...(options.replace && { on_conflict: "replace" }),
    ...(options.redirectUri !== undefined && { redirect_uri: options.redirectUri }),
    ...(options.expires !== undefined && { expires_in: options.expires }),
  };
  const link = await createLink(target, request);
  if (json) return printJson(link);
  print(link.url);
  notify(`${link.id} expires ${link.expires_at}. It can be used once.`);
}

async function end(target: Target, id: string, { json }: LinkOptions) {
  const link = await endLink(target, id);
  if (json) printJson(link);
  else print(`${link.id} is ${link.status}.`);
}

async function list(target: Target, { limit, json }: LinkOptions) {
  const { items, nextCursor } = await listLinks(target, limit);
  if (json) printJson({ items, next_cursor: nextCursor });
  else if (items.length === 0) notify("There are no install links.");
  else print(formatTable(HEADINGS, items.map(toCells)).join("\n"));
  if (nextCursor !== null) notify(`There are more than ${limit} install links.`);
}

function toCells(link: InstallLink): string[] {
  const { id, status, platform, metadata, created_at, expires_at, used_by } = link;
  const customer = metadata.display_name ?? Object.values(metadata)[0] ?? "";
  return [
    status,
    platform,
    customer,
    toMinute(created_at),
    toMinute(expires_at),
    used_by ?? "",
    id,
  ];
}

function toMinute(timestamp: string): string {
  return timestamp.slice(0, "2026-11-28T12:00".length).replace("T", " ");
}

function parseInstallationId(text: string): string {
  if (v.is(InstallationId, text)) return text;
  throw new InvalidArgumentError("The id of an installation begins with inst-.");
}

function addPair(text: string, before: Readonly<Record<string, string>> = {}) {
  const [, key, value] = /^([a-z0-9_]{1,40})=(.*)$/s.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { ...before, [key]: value };
  throw new InvalidArgumentError("Use key=value, with a key of a-z, 0-9 and _.");
}
