import { toServiceError } from "../../errors.ts";
import { broken, type StageCheck } from "../../stage-check.ts";

/** Runs a check, and returns a problem with its name if it fails itself. */
export async function guard(name: string, check: () => Promise<StageCheck>): Promise<StageCheck> {
  return check().catch((error: unknown) => unchecked(name, error));
}

/** Returns the check for one that failed itself. The messages of `ServiceError` contain no secrets. */
export function unchecked(name: string, error: unknown): StageCheck {
  const { message, code } = toServiceError(error);
  const action = "Look up the code in docs/errors.md, and check again.";
  return broken(name, `It could not be checked: ${message} (${code})`, action);
}
