import * as v from "valibot";
import { findInstallation } from "./find-organization.ts";
import { createInstallationCommand } from "./installation-command.ts";
import { print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { parseResponse, type Target } from "./target/target.ts";

interface SwitchOptions {
  readonly platform?: string | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

const Switched = v.looseObject({ is_active: v.boolean() });

/** Creates the command that disables an installation. */
export function createDisableCommand() {
  return createInstallationCommand("disable", {
    summary: "Disable an installation",
    description:
      "Disable an installation until it is enabled: lookups fail with installation_inactive, and webhooks are " +
      "dropped. Nothing changes at the platform.",
  }).action((text, options) => changeStatus(text, false, options));
}

/** Creates the command that enables an installation that an operator disabled. */
export function createEnableCommand() {
  return createInstallationCommand("enable", {
    summary: "Enable a disabled installation",
    description: "Enable an installation that was disabled.",
  }).action((text, options) => changeStatus(text, true, options));
}

async function changeStatus(
  text: string,
  isActive: boolean,
  { platform, stage, json }: SwitchOptions,
): Promise<void> {
  const target = await openTarget(stage);
  const found = await findInstallation(target, text, platform);
  const changed = await switchInstallation(target, found, isActive);
  if (json) return printJson(changed);
  const { organization_name: name, platform: place, id } = found;
  print(`${name} on ${place} is ${changed.is_active ? "active" : "disabled"}: ${id}`);
}

/**
 * Disables an installation, or enables one that an operator disabled.
 *
 * @throws {Error} for an installation that ended, or is suspended at its platform
 */
export async function switchInstallation(
  { send }: Pick<Target, "send">,
  found: Switchable,
  isActive: boolean,
) {
  requireSwitchable(found, isActive);
  const path = `/installations/${found.id}`;
  return parseResponse(Switched, await send("PATCH", path, { is_active: isActive }), path);
}

interface Switchable {
  readonly id: string;
  readonly inactive_reason: string | null;
  readonly organization_name: string;
}

/**
 * The API activates an installation whatever the reason was. One that has ended has no valid tokens, and one that is
 * suspended is suspended at the platform.
 */
function requireSwitchable(
  { inactive_reason: reason, organization_name }: Switchable,
  isActive: boolean,
): void {
  if (!isActive || reason === null || reason === "disabled") return;
  throw new Error(
    `${organization_name} is not disabled but ${reason}: ${REMEDIES.get(reason) ?? REINSTALL}`,
  );
}

const REINSTALL = "the customer installs the bot again.";

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["suspended", "the customer unsuspends the App at GitHub."],
  ["unclaimed", "an owner connects it on the install page."],
]);
