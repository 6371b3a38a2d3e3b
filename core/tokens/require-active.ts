import { notFound } from "../errors.ts";
import { inactiveError } from "../inactive.ts";
import type { StoredToken } from "../ports/token-store.ts";

/**
 * Returns the token of an active installation.
 *
 * @throws {ServiceError} `installation_not_found`, `installation_inactive`, `reauthorization_required`
 */
export function requireActive(token: StoredToken | undefined): StoredToken {
  if (!token) throw notFound();
  if (token.inactiveReason) throw inactiveError(token.inactiveReason);
  return token;
}
