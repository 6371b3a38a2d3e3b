import * as v from "valibot";
import { Access, type Permission, PermissionName } from "../grants/permissions.ts";
import { Scope } from "../grants/scopes.ts";
import { type LocalText, localTextOf } from "./text.ts";

const MAX_GRANTS = 100;

const Reason = localTextOf(200);

/** Scopes, each alone or with the reason for it. */
export const ScopeSettings = v.pipe(
  v.array(
    v.union(
      [Scope, v.strictObject({ scope: Scope, reason: Reason })],
      "must be a scope, or an object with a scope and a reason.",
    ),
  ),
  v.nonEmpty("must have at least one scope."),
  v.maxLength(MAX_GRANTS, `must have at most ${MAX_GRANTS} scopes.`),
  v.transform((entries) => ({
    scopes: entries.map((entry) => (typeof entry === "string" ? entry : entry.scope)),
    reasons: Object.fromEntries(
      entries.flatMap((entry) => (typeof entry === "string" ? [] : [[entry.scope, entry.reason]])),
    ),
  })),
);

/** The permissions of a GitHub App by name, each alone or with the reason for it. */
export const PermissionSettings = v.pipe(
  v.record(
    v.message(PermissionName, "must be the name of a permission."),
    v.union(
      [Access, v.strictObject({ access: Access, reason: Reason })],
      "must be read, write or admin, or an object with access and a reason.",
    ),
  ),
  v.transform((entries) => {
    const permissions: Permission[] = [];
    const reasons: Record<string, LocalText> = {};
    for (const [name, entry] of Object.entries(entries)) {
      const isAlone = typeof entry === "string";
      permissions.push({ name, access: isAlone ? entry : entry.access });
      if (!isAlone) reasons[name] = entry.reason;
    }
    return { permissions, reasons };
  }),
);
