import { ServiceError } from "./errors.ts";
import type { InactiveReason } from "./installation.ts";

const MESSAGE: Record<InactiveReason, string> = {
  disabled: "The installation is disabled.",
  suspended: "The installation is suspended at the platform.",
  uninstalled: "The bot was uninstalled.",
  reauthorization_required:
    "The grant was revoked or has expired. The organization has to install the bot again.",
  unclaimed: "The App is installed at the platform, but no owner has connected it yet.",
};

/** Returns the error for an inactive installation. */
export function inactiveError(reason: InactiveReason): ServiceError {
  const isEnded = reason === "reauthorization_required";
  const code = isEnded ? "reauthorization_required" : "installation_inactive";
  return new ServiceError(code, MESSAGE[reason], { reason, outcome: "none" });
}
