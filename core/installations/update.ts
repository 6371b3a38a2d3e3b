import { notFound } from "../errors.ts";
import type { Installation, InstallationUpdate } from "../installation.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import { addToTrace } from "../request-trace.ts";

export interface UpdateDeps {
  readonly installations: InstallationRepository;
}

/**
 * Applies a partial update and returns the installation; an empty patch changes nothing.
 *
 * @throws {ServiceError} `installation_not_found`; `retry_later` also for a change of the tokens without a
 * refresh token, while they are being refreshed
 */
export async function updateInstallation(
  { installations }: UpdateDeps,
  id: string,
  patch: InstallationUpdate,
): Promise<Installation> {
  const updated = await installations.update(id, patch);
  if (!updated) throw notFound();
  addToTrace({ platform: updated.platform, organizationId: updated.organizationId });
  return updated;
}
