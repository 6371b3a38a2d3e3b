import { ServiceError } from "../errors.ts";

/** Returns the error for every invalid state. The reason is logged and never returned. */
export function invalidState(reason: string): ServiceError {
  return new ServiceError(
    "invalid_state",
    "This install link is not valid: it was used before, has expired, or was opened in another browser.",
    { reason },
  );
}
