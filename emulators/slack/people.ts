import { botUserIdOf, type SlackOrganization } from "./organizations.ts";

/** A member of a workspace. */
export interface SlackPerson {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  readonly isAdmin: boolean;
}

/** Returns the people of a workspace: the one who installs, and another one. */
export function peopleOf({ id, installerId }: SlackOrganization): SlackPerson[] {
  const installer = installerId.replace(/^[UW]0/, "").toLowerCase();
  return [
    { id: installerId, name: installer, isBot: false, isAdmin: true },
    { id: `${installerId[0]}0BEA${id.slice(1)}`, name: "bea", isBot: false, isAdmin: false },
  ];
}

/** Returns the name by which people mention the app. */
export function handleOf(appName: string): string {
  return appName.toLowerCase().replaceAll(/\W+/g, "");
}

/** Returns the people and the bot of a workspace. */
export function membersOf(workspace: SlackOrganization, appName: string): SlackPerson[] {
  const bot = { id: botUserIdOf(workspace), name: handleOf(appName), isBot: true, isAdmin: false };
  return [...peopleOf(workspace), bot];
}
