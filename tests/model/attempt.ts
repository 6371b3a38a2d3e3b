import { isServiceError, ServiceError } from "../../core/errors.ts";

/** Returns the code of the error if a use case fails as it may. */
export async function attempt(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    const isAllowed = error instanceof ServiceError && !isServiceError(error, "server_error");
    if (isAllowed) return error.code;
    throw error;
  }
}
