import { findInstallation } from "./find-organization.ts";
import { createInstallationCommand } from "./installation-command.ts";
import type { Installation } from "./installations.ts";
import { print, printJson } from "./output.ts";
import { styled } from "./styles.ts";
import { openTarget } from "./target/open.ts";

/** Creates the command that prints all that is stored about one installation, except for its tokens and secrets. */
export function createShowCommand() {
  return createInstallationCommand("show", {
    summary: "Show one installation",
    description: "Show what is stored about one installation. Tokens and secrets are never shown.",
  }).action(async (text, { platform, stage, json }) => {
    const item = await findInstallation(await openTarget(stage), text, platform);
    if (json) return printJson(item);
    for (const line of describe(item)) print(line);
  });
}

function describe(item: Installation): string[] {
  const fields = Object.entries(item).map(([name, value]) => [name, toText(value)] as const);
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(
    ([name, text]) => `${styled("bold", name.padEnd(width))}  ${text === "" ? "–" : text}`,
  );
}

/** Returns a value in one line; nothing for one that is not set. */
function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(" ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}=${one}`)
    .join(" ");
}
