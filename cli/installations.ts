import * as v from "valibot";
import { type PagedList, readPages } from "./pages.ts";
import type { Target } from "./target/target.ts";

/** The fields of an installation that commands print. */
export const Installation = v.looseObject({
  id: v.string(),
  platform: v.string(),
  organization_id: v.string(),
  organization_name: v.string(),
  metadata: v.record(v.string(), v.unknown()),
  is_active: v.boolean(),
  inactive_reason: v.nullable(v.string()),
  grant_ends_at: v.nullable(v.string()),
  last_refresh_error: v.nullable(v.string()),
  installed_at: v.string(),
  updated_at: v.string(),
});
export type Installation = v.InferOutput<typeof Installation>;

export type InstallationList = PagedList<Installation>;

/** Returns the newest installations that match, page by page, up to a limit. */
export function listInstallations(
  target: Target,
  options: {
    readonly filter?: Readonly<Record<string, string>>;
    readonly limit?: number | undefined;
  } = {},
): Promise<InstallationList> {
  return readPages(target, { path: "/installations", item: Installation, ...options });
}
