import type { EmulatedInstallation } from "./records.ts";

/** Returns the path of the settings of an installation. */
export function settingsPath({
  id,
  account,
}: Pick<EmulatedInstallation, "id" | "account">): string {
  const { type, login } = account;
  const path = `/settings/installations/${id}`;
  if (type === "User") return path;
  return type === "Organization"
    ? `/organizations/${login}${path}`
    : `/enterprises/${login}${path}`;
}
