import * as v from "valibot";
import type { ServiceError } from "../errors.ts";
import type { TokenSet } from "../ports/provider.ts";
import { type PlatformRequest, requestPlatform, unexpectedResponse } from "./request.ts";

/** The lifetime of a token in seconds, as a platform returns it: at most ten years. */
export const LifetimeSeconds = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.maxValue(10 * 365 * 86_400),
);

/** The fields that the token responses of all platforms have. */
interface TokenResponse {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
  readonly expires_in?: number | undefined;
  readonly refresh_token_expires_in?: number | undefined;
  readonly scopes: readonly string[];
}

/**
 * Sends a request to a token endpoint, and returns its response and the tokens in it.
 *
 * @param findError returns the error that a body stands for: platforms return errors with any status
 * @throws {ServiceError} the error of the body, and the errors of `requestPlatform`
 */
export async function requestTokens<Response extends TokenResponse>(
  request: PlatformRequest,
  schema: v.GenericSchema<unknown, Response>,
  findError: (body: unknown) => ServiceError | undefined,
): Promise<{ readonly response: Response; readonly tokens: TokenSet }> {
  const { status, body } = await requestPlatform(request);
  const error = findError(body);
  if (error) throw error;
  const parsed = v.safeParse(schema, body);
  // The issues of valibot quote the body, which has tokens in it.
  if (status !== 200 || !parsed.success) {
    throw unexpectedResponse(request.platform, `status ${status}`, status);
  }
  return { response: parsed.output, tokens: toTokenSet(parsed.output) };
}

function toTokenSet(response: TokenResponse): TokenSet {
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? null,
    expiresInSeconds: response.expires_in ?? null,
    refreshTokenExpiresInSeconds: response.refresh_token_expires_in ?? null,
    scopes: response.scopes,
  };
}
