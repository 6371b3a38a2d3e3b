import * as v from "valibot";
import { Platform } from "../../core/installation.ts";
import { PLATFORMS } from "../../core/platforms.ts";
import type { StageCheck } from "../../core/stage-check.ts";
import { readPages } from "../pages.ts";
import type { Target } from "../target/target.ts";

/** Enough to see that something is missing. */
const MAX_LISTED = 1_000;

const Lacking = v.looseObject({
  platform: Platform,
  missing_scopes: v.array(v.string()),
  missing_permissions: v.record(v.string(), v.string()),
});
type Lacking = v.InferOutput<typeof Lacking>;

/** Checks that the HTTP API responds, and that active installations grant what the configuration names. */
export async function checkGrants(target: Target): Promise<StageCheck[]> {
  try {
    const filter = { missing: "true", is_active: "true" };
    const options = { path: "/installations", item: Lacking, filter, limit: MAX_LISTED };
    const { items } = await readPages(target, options);
    const api = { name: "api", status: "ok", summary: "The HTTP API responds.", action: null };
    return [{ ...api, status: "ok" }, ...describeLacking(items)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const summary = `The HTTP API did not list installations: ${reason}`;
    const action = "Your role needs execute-api:Invoke; else read the log of installations-list.";
    return [{ name: "api", status: "problem", summary, action }];
  }
}

function describeLacking(items: readonly Lacking[]): StageCheck[] {
  const name = "grants";
  if (items.length === 0) {
    const summary = "No active installation is known to lack a scope or a permission.";
    return [{ name, status: "ok", summary, action: null }];
  }
  const found = [...Map.groupBy(items, ({ platform }) => platform)].map(([platform, lacking]) => {
    const missing = lacking.flatMap(({ missing_scopes, missing_permissions }) => [
      ...missing_scopes,
      ...Object.keys(missing_permissions),
    ]);
    const count = lacking.length === MAX_LISTED ? `${MAX_LISTED} or more` : lacking.length;
    return `${count} of ${PLATFORMS[platform].displayName} (${[...new Set(missing)].join(", ")})`;
  });
  return [
    {
      name,
      // Their tokens work, with what was granted.
      status: "warning",
      summary: `Installations lack scopes or permissions of the configuration: ${found.join("; ")}.`,
      action:
        "List them: npx grantkeep list --missing. Their owners install again, or accept the permissions at GitHub.",
    },
  ];
}
