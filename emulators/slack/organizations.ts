import * as v from "valibot";

/** The id of a workspace (`T…`) or of an Enterprise Grid organization (`E…`). */
export const OrganizationId = v.pipe(
  v.string(),
  v.regex(/^[TE][A-Z\d]{1,20}$/, "not the id of a Slack workspace or organization"),
);

/** Where an app can be installed: a workspace, or an organization with all its workspaces. */
export interface SlackOrganization {
  readonly id: string;
  readonly name: string;
  /** What the consent page says of it. */
  readonly description: string;
  /** The organization that a workspace is part of. */
  readonly enterprise: { readonly id: string; readonly name: string } | null;
  /** The person who installs: `W…` in an organization, `U…` elsewhere. */
  readonly installerId: string;
}

/** The one Enterprise Grid organization that has workspaces. */
export const GRID = { id: "E0GRID", name: "Acme Grid" };

/** Each with another shape of the answer to an install. */
export const ORGANIZATIONS: readonly [SlackOrganization, ...SlackOrganization[]] = [
  {
    id: "T0ACME",
    name: "Acme",
    description: "a workspace",
    enterprise: null,
    installerId: "U0ADA",
  },
  {
    id: "T0GLOBEX",
    name: "Globex",
    description: "a workspace",
    enterprise: null,
    installerId: "U0GUS",
  },
  {
    id: "T0GRIDENG",
    name: "Acme Engineering",
    description: "a workspace of Acme Grid",
    enterprise: GRID,
    installerId: "W0ENA",
  },
  {
    id: "T0GRIDOPS",
    name: "Acme Operations",
    description: "a workspace of Acme Grid",
    enterprise: GRID,
    installerId: "W0OLE",
  },
  {
    ...GRID,
    description: "a whole organization",
    enterprise: null,
    installerId: "W0ADMIN",
  },
];

/** The organization of an id; one that is not listed exists all the same, by the name of its id. */
export function organizationOf(id: string): SlackOrganization {
  const listed = ORGANIZATIONS.find((organization) => organization.id === id);
  if (listed) return listed;
  const installerId = `${idPrefix(id)}0BY${id.slice(1)}`;
  return { id, name: id, description: "made up for this visit", enterprise: null, installerId };
}

/** Whether an id is that of an organization, so that an install on it is org-wide. */
export function isOrgWide({ id }: Pick<SlackOrganization, "id">): boolean {
  return id.startsWith("E");
}

/** The workspaces that an install reaches. */
export function workspacesOf(organization: SlackOrganization): readonly SlackOrganization[] {
  if (!isOrgWide(organization)) return [organization];
  return ORGANIZATIONS.filter(({ enterprise }) => enterprise?.id === organization.id);
}

/** The app's bot user, which is the same after a new install. */
export function botUserIdOf({ id }: SlackOrganization): string {
  return `${idPrefix(id)}0BOT${id.slice(1)}`;
}

/** The organization as the answers of OAuth name it: a workspace is null on an org-wide install. */
export function toPlace(organization: SlackOrganization) {
  const { id, name, enterprise } = organization;
  return isOrgWide(organization)
    ? { team: null, enterprise: { id, name }, is_enterprise_install: true }
    : { team: { id, name }, enterprise, is_enterprise_install: false };
}

function idPrefix(id: string): "W" | "U" {
  return isOrgWide({ id }) ? "W" : "U";
}
