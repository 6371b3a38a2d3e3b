import { isServiceError, toServiceError, withoutEffect } from "../errors.ts";

/** A secret or key of our app at a platform. It can be rotated while the process runs. */
export interface RotatingSecret {
  /**
   * Runs a call with the secret, and again with the next value if the value is rejected.
   *
   * @throws {ServiceError} `platform_not_configured`, `retry_later`, and the errors of the last call
   */
  use<Result>(call: (secret: string) => Promise<Result>): Promise<Result>;
}

/** The values of a secret, in the order in which they are tried: two while it is rotated, else one. */
export type SecretValues = readonly [string, ...string[]];

/**
 * Creates a secret for requests to a platform. If the platform rejects every value in memory, the values are
 * read again, so that a rotation needs no restart.
 *
 * Trying another value is safe: a platform authenticates the client first, so a code or a refresh token that
 * was sent with the wrong secret can still be used.
 *
 * @see RFC 6749, sections 4.1.3 and 6 (the client is authenticated first)
 */
export function createRotatingSecret(
  readValues: (options: { reload: boolean }) => Promise<SecretValues>,
): RotatingSecret {
  // Without a secret, nothing is sent; a request that the platform refused had no effect.
  const read = (options: { reload: boolean }) =>
    readValues(options).catch((error: unknown) => {
      throw withoutEffect(toServiceError(error));
    });
  return {
    async use(call) {
      const known = await read({ reload: false });
      try {
        return await tryEach(known, "provider_misconfigured", call);
      } catch (error) {
        if (!isServiceError(error, "provider_misconfigured")) throw error;
        const [first, ...others] = (await read({ reload: true })).filter(
          (secret) => !known.includes(secret),
        );
        if (first === undefined) throw error;
        return tryEach([first, ...others], "provider_misconfigured", call);
      }
    },
  };
}

/**
 * Creates a secret that a platform signs webhooks with. An invalid signature does not make it read the values
 * again, since anybody can send one. A rotation stores the new value beside the old one first.
 */
export function createSigningSecret(read: () => Promise<SecretValues>): RotatingSecret {
  return {
    use: async (call) => tryEach(await read(), "invalid_signature", call),
  };
}

async function tryEach<Result>(
  [secret, ...others]: SecretValues,
  rejection: "provider_misconfigured" | "invalid_signature",
  call: (secret: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(secret);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !isServiceError(error, rejection)) throw error;
    return tryEach([next, ...rest], rejection, call);
  }
}
