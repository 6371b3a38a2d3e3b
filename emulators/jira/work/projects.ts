/** A project, which each site has. */
export interface JiraProject {
  readonly id: string;
  readonly key: string;
  readonly name: string;
}

export const PROJECTS: readonly JiraProject[] = [
  { id: "10000", key: "DEMO", name: "Demonstration" },
  { id: "10001", key: "OPS", name: "Operations" },
];

export const ISSUE_TYPES = [
  { id: "10001", name: "Task", subtask: false },
  { id: "10002", name: "Bug", subtask: false },
  { id: "10003", name: "Story", subtask: false },
] as const;

/** The statuses, and the transition to each, which every issue can take at any time. */
export const STATUSES = [
  { id: "10000", name: "To Do", category: "new", transition: "11" },
  { id: "10001", name: "In Progress", category: "indeterminate", transition: "21" },
  { id: "10002", name: "Done", category: "done", transition: "31" },
] as const;

/** Returns a project by its key, ignoring case, or its id. */
export function findProject(idOrKey: string): JiraProject | undefined {
  return PROJECTS.find(({ id, key }) => id === idOrKey || key === idOrKey.toUpperCase());
}
