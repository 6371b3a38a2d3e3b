import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import {
  InstallationId,
  type InstallationKey,
  OrganizationId,
  Platform,
} from "../../core/installation.ts";

/** The two ways to name an installation in a request. Exactly one of them must be given. */
export const KeyFields = {
  platform: v.optional(Platform),
  organization_id: v.optional(OrganizationId),
  installation_id: v.optional(InstallationId),
};

/**
 * Returns the key of the installation that a request names.
 *
 * @throws {ServiceError} `invalid_request` unless exactly one form is given
 */
export function toKey(
  request: v.InferOutput<v.ObjectSchema<typeof KeyFields, undefined>>,
): InstallationKey {
  const { platform, organization_id: organizationId, installation_id: id } = request;
  if (id !== undefined && platform === undefined && organizationId === undefined) return { id };
  if (id === undefined && platform !== undefined && organizationId !== undefined) {
    return { platform, organizationId };
  }
  throw new ServiceError(
    "invalid_request",
    "Give either installation_id, or platform and organization_id.",
  );
}
