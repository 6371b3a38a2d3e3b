import { type Installation, listInstallations } from "./installations.ts";
import type { LineCondition } from "./target/log-lines.ts";
import type { Target } from "./target/target.ts";
import { isOrganizationId } from "./why/subject.ts";

/** More organizations than a person chooses from. */
const MAX_MATCHES = 50;

/**
 * Returns the installations with an id, of an organization with this id, or of one with this name; if there is none, of
 * those whose name begins with the text.
 */
async function findInstallations(
  target: Target,
  text: string,
  platform: string | undefined,
): Promise<readonly Installation[]> {
  const { items } = await listInstallations(target, {
    filter: { q: text, ...(platform !== undefined && { platform }) },
    limit: MAX_MATCHES,
  });
  const name = text.toLowerCase();
  const exact = items.filter(
    ({ organization_id, organization_name }) =>
      organization_id === text || organization_name.toLowerCase() === name,
  );
  return exact.length > 0 ? exact : items;
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
  const installations = await findInstallations(target, text, platform);
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
  return `Several organizations begin with ${text}. Use an id:\n${matches.join("\n")}`;
}

function notFound(text: string): Error {
  return new Error(
    `There is no installation of ${text}. Use the organization's id on its platform.`,
  );
}
