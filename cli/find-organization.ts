import * as v from "valibot";
import { InstallationId } from "../core/installation.ts";
import { Installation, listInstallations } from "./installations.ts";
import type { LineCondition } from "./target/log-lines.ts";
import { parseResponse, type Target } from "./target/target.ts";
import { isOrganizationId } from "./why/subject.ts";

/** More organizations than a person chooses from. */
const MAX_MATCHES = 50;

/** Returns the installations of the organizations whose id is the text or whose name begins with it. */
async function search(
  target: Target,
  text: string,
  platform: string | undefined,
): Promise<readonly Installation[]> {
  const filter = { q: text, ...(platform !== undefined && { platform }) };
  return (await listInstallations(target, { filter, limit: MAX_MATCHES })).items;
}

function isExactly(text: string, { organization_id, organization_name }: Installation): boolean {
  return organization_id === text || organization_name.toLowerCase() === text.toLowerCase();
}

/**
 * Returns the installation with an id, or the one of the organization with this id or this whole name.
 *
 * @throws {Error} unless there is exactly one
 */
export async function findInstallation(
  target: Target,
  text: string,
  platform: string | undefined,
): Promise<Installation> {
  if (v.is(InstallationId, text)) {
    const path = `/installations/${text}`;
    return parseResponse(Installation, await target.get(path, {}), `GET ${path}`);
  }
  const found = (await search(target, text, platform)).filter((item) => isExactly(text, item));
  const [only, ...others] = found;
  if (!only) throw new Error(`There is no installation of ${text}. See: npx grantkeep list`);
  if (others.length > 0) throw new Error(describeMatches(text, found));
  return only;
}

/**
 * Returns the conditions of the log lines about an organization, also about one without an installation.
 *
 * @throws {Error} for a name that no installation has, or that several organizations begin with
 */
export async function findOrganizationLines(
  target: Target,
  text: string,
  platform: string | undefined,
): Promise<LineCondition[]> {
  const matching = await search(target, text, platform);
  const exact = matching.filter((item) => isExactly(text, item));
  const installations = exact.length > 0 ? exact : matching;
  const names = new Set(installations.map((item) => item.organization_name.toLowerCase()));
  if (names.size > 1) throw new Error(describeMatches(text, installations));
  if (installations.length > 0) {
    return installations.flatMap(({ id, organization_id }) => [
      { field: "organization_id", value: organization_id },
      { field: "installation_id", value: id },
    ]);
  }
  if (isOrganizationId(text)) return [{ field: "organization_id", value: text }];
  throw notFound(text);
}

function describeMatches(text: string, installations: readonly Installation[]): string {
  const matches = installations.map(
    (item) => `  ${item.id}  ${item.platform}  ${item.organization_name}`,
  );
  return `Several installations match ${text}. Use an id:\n${matches.join("\n")}`;
}

function notFound(text: string): Error {
  return new Error(
    `There is no installation of ${text}. Use the organization's id on its platform.`,
  );
}
