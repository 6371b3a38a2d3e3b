import * as v from "valibot";

const MAX_PERMISSIONS = 200;

/** The levels of access, each of which includes those before it. */
export const ACCESS_LEVELS = ["read", "write", "admin"] as const;

export const Access = v.picklist(ACCESS_LEVELS);
export type Access = v.InferOutput<typeof Access>;

/** The name of a permission of a GitHub App, such as `pull_requests`. */
export const PermissionName = v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/));

/** A permission of a GitHub App, such as `contents` with the access `write`. */
export interface Permission {
  readonly name: string;
  readonly access: Access;
}

/** Permissions by their names, with the level of access. */
export type Permissions = Readonly<Record<string, string>>;

/**
 * The permissions of an installation, as GitHub returns them. Those that cannot be stored are left out: the new
 * token in the same response must not be lost.
 */
export const ReportedPermissions = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((reported) => {
    const known = Object.entries(reported).flatMap(([name, access]) =>
      v.is(PermissionName, name) && v.is(Access, access) ? [[name, access] as const] : [],
    );
    return Object.fromEntries(known.slice(0, MAX_PERMISSIONS)) satisfies Permissions;
  }),
);

/** Returns the permissions of the App that were not granted; none if the granted ones are not known. */
export function findUngrantedPermissions(
  granted: Permissions,
  registered: readonly Permission[],
): Permissions {
  return Object.keys(granted).length === 0 ? {} : findMissingPermissions(granted, registered);
}

/** Returns the permissions that are wanted and that a grant does not include. `write` includes `read`. */
export function findMissingPermissions(
  granted: Permissions,
  wanted: readonly Permission[],
): Permissions {
  const lacking = wanted.filter(({ name, access }) => rankOf(granted[name]) < rankOf(access));
  return Object.fromEntries(lacking.map(({ name, access }) => [name, access]));
}

/** Returns the permissions that both have, each with the lower level of access. */
export function limitPermissions(wanted: Permissions, allowed: Permissions): Permissions {
  const limited = Object.entries(wanted).flatMap(([name, access]) => {
    if (!Object.hasOwn(allowed, name)) return [];
    const rank = Math.min(rankOf(access), rankOf(allowed[name]));
    const level = ACCESS_LEVELS[rank];
    return level === undefined ? [] : [[name, level] as const];
  });
  return Object.fromEntries(limited);
}

function rankOf(access: string | undefined): number {
  return v.is(Access, access) ? ACCESS_LEVELS.indexOf(access) : -1;
}
