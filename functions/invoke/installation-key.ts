import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import {
  InstallationId,
  type InstallationKey,
  OrganizationId,
  Platform,
  ProviderInstallationId,
} from "../../core/installation.ts";
import type { ProviderKey } from "../../core/ports/token-store.ts";

/** A number as its digits: JSON of GitHub has its ids as numbers. */
const Digits = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.transform(String));

/** The three ways to name an installation in a request. Exactly one of them must be given. */
export const KeyFields = {
  platform: v.optional(Platform),
  organization_id: v.optional(v.union([OrganizationId, Digits])),
  provider_installation_id: v.optional(v.union([ProviderInstallationId, Digits])),
  installation_id: v.optional(InstallationId),
};

/**
 * Returns the key of the installation that a request names.
 *
 * @throws {ServiceError} `invalid_request` unless exactly one form is given
 */
export function toKey(
  request: v.InferOutput<v.ObjectSchema<typeof KeyFields, undefined>>,
): InstallationKey | ProviderKey {
  const { platform, organization_id, provider_installation_id, installation_id: id } = request;
  const ids = [organization_id, provider_installation_id, id].filter((one) => one !== undefined);
  const isOne = ids.length === 1 && (platform === undefined) === (id !== undefined);
  if (isOne && id !== undefined) return { id };
  if (isOne && platform !== undefined) {
    if (organization_id !== undefined) return { platform, organizationId: organization_id };
    if (provider_installation_id !== undefined) {
      return { platform, providerInstallationId: provider_installation_id };
    }
  }
  const message =
    "Give either installation_id, or platform and one of organization_id and provider_installation_id.";
  throw new ServiceError("invalid_request", message, { field: fieldOf(request) });
}

/** Returns the field that is missing, or that is one too many. */
function fieldOf({
  platform,
  organization_id,
  installation_id,
}: v.InferOutput<v.ObjectSchema<typeof KeyFields, undefined>>): string {
  if (installation_id !== undefined) return "installation_id";
  if (platform === undefined) return "platform";
  return organization_id === undefined ? "organization_id" : "provider_installation_id";
}
