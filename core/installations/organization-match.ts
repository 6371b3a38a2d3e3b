import type { GrantState } from "../ports/provider.ts";

/** Returns whether the platform reports that a grant belongs to another organization. */
export function belongsToOtherOrganization(
  { organizationId }: { readonly organizationId: string },
  state: GrantState,
): boolean {
  return state.organizationId !== undefined && state.organizationId !== organizationId;
}
