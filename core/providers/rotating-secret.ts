import { isServiceError } from "../errors.ts";

/** A secret or key of our registration at a platform, which may be rotated while the process lives. */
export interface RotatingSecret {
  /**
   * Makes a call with the secret, and again with the next one while it is refused.
   *
   * @throws {ServiceError} `platform_not_configured`, `retry_later`, and what the last call throws
   */
  use<Result>(call: (secret: string) => Promise<Result>): Promise<Result>;
}

/** One secret, or two while one takes the place of the other, in the order in which they are tried. */
export type SecretValues = readonly [string, ...string[]];

/**
 * Makes the secret of calls to a platform. When the platform refuses our credentials with each one that is
 * known, they are read once more, not from memory: a rotation needs no restart.
 *
 * A platform that does not know who asks does not look at what it is asked with: a code or a refresh token
 * that came with the wrong secret is as good as before.
 *
 * @see RFC 6749, sections 4.1.3 and 6 (the client is authenticated first)
 */
export function createRotatingSecret(
  read: (options: { reload: boolean }) => Promise<SecretValues>,
): RotatingSecret {
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
 * Makes the secret by which a platform signs what it sends. It is never read anew because of a signature that
 * does not fit, since anybody can send one: a new secret is put beside the old one first.
 */
export function createSigningSecret(read: () => Promise<SecretValues>): RotatingSecret {
  return {
    use: async (call) => tryEach(await read(), "invalid_signature", call),
  };
}

async function tryEach<Result>(
  [secret, ...others]: SecretValues,
  refusal: "provider_misconfigured" | "invalid_signature",
  call: (secret: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(secret);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !isServiceError(error, refusal)) throw error;
    return tryEach([next, ...rest], refusal, call);
  }
}
