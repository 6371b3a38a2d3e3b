import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { OrganizationId, type Platform } from "../installation.ts";
import { PLATFORMS } from "../platforms.ts";

/**
 * Returns the id of an organization or a person, as a platform returned it. An id is never changed, because it
 * would be the id of another one.
 *
 * @throws {ServiceError} `unsupported_install` if the id cannot be stored
 */
export function requirePlatformId(platform: Platform, id: string): string {
  if (v.is(OrganizationId, id)) return id;
  const message = `${PLATFORMS[platform].displayName} returned an id that cannot be stored.`;
  throw new ServiceError("unsupported_install", message, { reason: "id" });
}
