import * as v from "valibot";
import { readPages } from "./pages.ts";
import { parseResponse, type Target } from "./target/target.ts";

/** The fields of an install link that commands print. */
const InstallLink = v.looseObject({
  id: v.string(),
  platform: v.string(),
  metadata: v.record(v.string(), v.string()),
  status: v.string(),
  created_at: v.string(),
  expires_at: v.string(),
  used_by: v.nullable(v.string()),
});
export type InstallLink = v.InferOutput<typeof InstallLink>;

const CreatedLink = v.looseObject({ id: v.string(), url: v.string(), expires_at: v.string() });

const Installation = v.looseObject({ platform: v.string() });

const PATH = "/install-links";

/** The body of `POST /install-links`. */
export interface LinkRequest {
  readonly platform: string;
  readonly installation_id?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly redirect_uri?: string;
  readonly expires_in?: number;
  readonly on_conflict?: "replace";
}

/** Creates an install link. */
export async function createLink({ send }: Target, request: LinkRequest) {
  return parseResponse(CreatedLink, await send("POST", PATH, request), `POST ${PATH}`);
}

/** Ends an install link, and returns it. */
export async function endLink({ send }: Target, id: string): Promise<InstallLink> {
  const path = `${PATH}/${id}`;
  return parseResponse(InstallLink, await send("DELETE", path), `DELETE ${PATH}`);
}

/** Returns the newest install links, page by page, up to a limit. */
export function listLinks(target: Target, limit: number | undefined) {
  return readPages(target, { path: PATH, item: InstallLink, limit });
}

/** Returns the platform of an installation. */
export async function findPlatform({ get }: Target, id: string): Promise<string> {
  const path = `/installations/${id}`;
  return parseResponse(Installation, await get(path, {}), "GET /installations").platform;
}
