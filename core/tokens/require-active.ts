import { ServiceError } from "../errors.ts";
import type { InactiveReason } from "../installation.ts";
import type { StoredToken } from "../ports/token-store.ts";

const MESSAGE: Record<InactiveReason, string> = {
  disabled: "The installation is disabled.",
  suspended: "The installation is suspended at the platform.",
  uninstalled: "The bot was uninstalled.",
  reauthorization_required: "The grant has ended: the organization has to install the bot again.",
};

/**
 * The token of an installation that is there and active.
 *
 * @throws {ServiceError} `installation_not_found`, `installation_inactive`, `reauthorization_required`
 */
export function requireActive(token: StoredToken | undefined): StoredToken {
  if (!token) {
    throw new ServiceError("installation_not_found", "There is no such installation.");
  }
  if (token.inactiveReason) throw inactive(token.inactiveReason);
  return token;
}

/** The error of an installation that answers no token. */
export function inactive(reason: InactiveReason): ServiceError {
  const isEnded = reason === "reauthorization_required";
  const code = isEnded ? "reauthorization_required" : "installation_inactive";
  return new ServiceError(code, MESSAGE[reason], { reason });
}
