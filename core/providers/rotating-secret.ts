import { isServiceError } from "../errors.ts";

/** A secret or key of our registration at a platform, which may be rotated while the process lives. */
export interface RotatingSecret {
  /**
   * Makes a call with the secret; once more with a newer one when the platform refuses ours, so that a
   * rotation needs no restart.
   *
   * @throws {ServiceError} `platform_not_configured`, `retry_later`, and what the call throws
   */
  use<Result>(call: (secret: string) => Promise<Result>): Promise<Result>;
}

/** Makes a secret from a way to read it; with `reload`, not from memory. */
export function createRotatingSecret(
  read: (options: { reload: boolean }) => Promise<string>,
): RotatingSecret {
  return {
    async use(call) {
      const secret = await read({ reload: false });
      try {
        return await call(secret);
      } catch (error) {
        if (!isServiceError(error, "provider_misconfigured")) throw error;
        const newer = await read({ reload: true });
        if (newer === secret) throw error;
        return call(newer);
      }
    },
  };
}
