import * as v from "valibot";

/** The id of a workspace (`T…`) or of an Enterprise Grid organization (`E…`). */
export const SlackOrganizationId = v.pipe(
  v.string(),
  v.regex(/^[TE][A-Z\d]{1,20}$/, "not the id of a Slack workspace or organization"),
);

/** A workspace, or an organization with all its workspaces, that an app can be installed in. */
export interface SlackOrganization {
  readonly id: string;
  readonly name: string;
  /** Shown beside the name on the install page. */
  readonly description: string;
  /** The organization that a workspace is part of. */
  readonly enterprise: { readonly id: string; readonly name: string } | null;
  /** The person who installs: `W…` in an organization, `U…` elsewhere. */
  readonly installerId: string;
}

/** The Enterprise Grid organization that has workspaces. */
const GRID = { id: "E0GRID", name: "Acme Grid" };

/** The choices of the install page, each with another form of the token response. */
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

/** Returns the organization of an id. Any id exists, and its name is the id. */
export function organizationOf(id: string): SlackOrganization {
  const listed = ORGANIZATIONS.find((organization) => organization.id === id);
  if (listed) return listed;
  const installerId = `${idPrefix(id)}0BY${id.slice(1)}`;
  return { id, name: id, description: "created for this visit", enterprise: null, installerId };
}

/** Returns whether an install is org-wide: the id is that of an organization. */
export function isOrgWide({ id }: Pick<SlackOrganization, "id">): boolean {
  return id.startsWith("E");
}

/** Returns the workspaces of an install. */
export function workspacesOf(organization: SlackOrganization): readonly SlackOrganization[] {
  if (!isOrgWide(organization)) return [organization];
  return ORGANIZATIONS.filter(({ enterprise }) => enterprise?.id === organization.id);
}

/** Returns the id of the app's bot user, which stays the same after a new install. */
export function botUserIdOf({ id }: SlackOrganization): string {
  return `${idPrefix(id)}0BOT${id.slice(1)}`;
}

/** Returns the fields that name an organization in a token response; org-wide, `team` is null. */
export function toTeamFields(organization: SlackOrganization) {
  const { id, name, enterprise } = organization;
  return isOrgWide(organization)
    ? { team: null, enterprise: { id, name }, is_enterprise_install: true }
    : { team: { id, name }, enterprise, is_enterprise_install: false };
}

function idPrefix(id: string): "W" | "U" {
  return isOrgWide({ id }) ? "W" : "U";
}
