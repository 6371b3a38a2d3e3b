import type { GithubAppContext } from "./context.ts";
import type { Permissions } from "./permissions.ts";

type AppRecords = Pick<GithubAppContext, "app" | "records">;

/** Returns the permissions that the App requests now. */
export function permissionsOf({ app, records }: AppRecords): Permissions {
  const changed = records.get().appPermissions.find(({ appId }) => appId === app.appId);
  return changed?.permissions ?? app.permissions;
}

/**
 * Changes the permissions that the App requests. An installation keeps its own until an owner accepts the
 * new ones.
 *
 * @see [Approving updated permissions](https://docs.github.com/en/apps/using-github-apps/approving-updated-permissions-for-a-github-app)
 */
export function changePermissions(
  { app, records }: AppRecords,
  permissions: Permissions,
): Permissions {
  const { appId } = app;
  const current = records.get();
  const others = current.appPermissions.filter((changed) => changed.appId !== appId);
  const appPermissions = [...others, { appId, permissions: { ...permissions } }];
  records.set({ ...current, appPermissions });
  return permissions;
}
