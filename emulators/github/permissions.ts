import * as v from "valibot";
import type { Permission } from "../decision-page.ts";

const LEVELS = ["read", "write", "admin"] as const;

/** Permissions by GitHub's names: `{"contents":"read"}`. */
export const Permissions = v.record(
  v.pipe(v.string(), v.regex(/^[a-z_]{1,60}$/)),
  v.picklist(LEVELS),
);
export type Permissions = Readonly<v.InferOutput<typeof Permissions>>;

/** The permissions of a GitHub App whose registration names none. */
export const DEFAULT_PERMISSIONS: Permissions = {
  metadata: "read",
  contents: "write",
  issues: "write",
  members: "read",
  email_addresses: "read",
};

/** The permissions that a user grants by authorizing the app, not an account by installing it. */
const USER_PERMISSIONS = new Set(["email_addresses", "followers", "profile", "starring"]);

/**
 * The permissions that only an owner can grant, beside those whose names begin with `organization_`.
 *
 * @see [Requirements to install a GitHub App](https://docs.github.com/en/apps/using-github-apps/installing-a-github-app-from-a-third-party#requirements-to-install-a-github-app)
 */
const OWNER_PERMISSIONS = new Set(["administration", "members", "team_discussions"]);

const MEANINGS = new Map([
  ["metadata", "metadata: names, collaborators, search"],
  ["contents", "code, commits, branches and releases"],
  ["issues", "issues and their comments"],
  ["pull_requests", "pull requests and their comments"],
  ["checks", "checks of commits"],
  ["members", "members and teams of the organization"],
  ["email_addresses", "e-mail addresses of the user"],
]);

/** Returns those of an app's permissions that an installation grants. */
export function installationPermissions(permissions: Permissions): Permissions {
  const granted = Object.entries(permissions).filter(([name]) => !USER_PERMISSIONS.has(name));
  return Object.fromEntries(granted);
}

/** Returns whether only an owner of an organization can grant some of these permissions. */
export function isOwnerRequired(permissions: Permissions): boolean {
  return Object.keys(permissions).some(
    (name) => name.startsWith("organization_") || OWNER_PERMISSIONS.has(name),
  );
}

/** Returns whether permissions include others, at the same or a higher level. */
export function includesPermissions(granted: Permissions, wanted: Permissions): boolean {
  return Object.entries(wanted).every(([name, level]) => {
    const held = granted[name];
    return held !== undefined && LEVELS.indexOf(held) >= LEVELS.indexOf(level);
  });
}

/** Describes permissions for the person who grants them. */
export function describePermissions(permissions: Permissions): Permission[] {
  return Object.entries(permissions).map(([name, level]) => {
    const verb = level === "read" ? "Read" : "Read and write";
    const meaning = `${verb} ${MEANINGS.get(name) ?? name.replaceAll("_", " ")}`;
    return { name: `${name}:${level}`, meaning };
  });
}
