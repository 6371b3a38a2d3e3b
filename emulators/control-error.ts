const REFUSAL = "PlatformsRefusal";

/** The error of a control call that cannot be done, as against one that went wrong. */
export function refusal(message: string): Error {
  const error = new Error(message);
  error.name = REFUSAL;
  return error;
}

/** Whether an error says that a control call cannot be done. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === REFUSAL;
}
