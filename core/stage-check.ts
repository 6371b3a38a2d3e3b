/** `warning`: it works, and should be looked at. `problem`: it does not work. */
type CheckStatus = "ok" | "warning" | "problem";

/** One thing that was checked on a stage. No field has a secret. */
export interface StageCheck {
  /** The thing, in lower case with hyphens: `github-webhook`. */
  readonly name: string;
  readonly status: CheckStatus;
  /** One sentence that says what was found. */
  readonly summary: string;
  /** The step for an operator; `null` if it is in order. */
  readonly action: string | null;
}

/** Returns a check that found everything in order. */
export function inOrder(name: string, summary: string): StageCheck {
  return { name, status: "ok", summary, action: null };
}

/** Returns a check that found something to look at. */
export function doubtful(name: string, summary: string, action: string): StageCheck {
  return { name, status: "warning", summary, action };
}

/** Returns a check that found something that does not work. */
export function broken(name: string, summary: string, action: string): StageCheck {
  return { name, status: "problem", summary, action };
}
