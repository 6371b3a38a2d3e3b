/** Why a platform does not accept a token any more. */
export type EndCause = "refresh" | "install" | "customer" | "operator" | "reuse";

/** The end of a pair of tokens. */
interface EndOfToken {
  readonly cause: EndCause;
  /** The number of the step, among those of all processes. */
  readonly step: number;
  /** Whether the store tells that a refresh may have ended it. */
  readonly isKnowable: boolean;
}

/** A pair of tokens as a platform issued it. */
export interface IssuedPair {
  readonly organizationId: string;
  readonly accessToken: string;
  /** `null` for a token that is minted. */
  readonly refreshToken: string | null;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** All pairs that stem from one install. */
  readonly family: number;
  /** The pair whose refresh token it was issued for; `undefined` for an install. */
  readonly parent: IssuedPair | undefined;
  /** The stored access token of the process that asked for it. */
  readonly askedFor: string | null;
  /** When its refresh token was used first, in epoch milliseconds. */
  usedAt?: number;
  /** When the platform last confirmed its access token, in epoch milliseconds. */
  confirmedAt?: number;
  ended?: EndOfToken;
  /** The number of the step in which it was written to the store; `undefined` if it was not. */
  storedStep?: number;
  /** Whether an operator enabled the installation again with these tokens, which may have ended. */
  isTrusted: boolean;
}

interface NewPair {
  readonly organizationId: string;
  readonly hasRefreshToken: boolean;
  readonly expiresAt: number;
  readonly parent?: IssuedPair;
  readonly askedFor?: string | null;
  readonly family?: number;
}

/** All tokens that a platform has issued, which only the checks of the model see. */
export interface IssuedTokens {
  issue(pair: NewPair): IssuedPair;
  end(pair: IssuedPair, cause: EndCause, isKnowable?: boolean): void;
  findByAccessToken(accessToken: string | null): IssuedPair | undefined;
  findByRefreshToken(refreshToken: string | null): IssuedPair | undefined;
  /** Oldest first. */
  of(organizationId: string): readonly IssuedPair[];
}

/** Returns whether tokens come from an install, and not from a refresh of others. */
export function isFromInstall({ parent, askedFor }: IssuedPair): boolean {
  return parent === undefined && askedFor === null;
}

export function createIssuedTokens(stepCount: () => number): IssuedTokens {
  const pairs: IssuedPair[] = [];

  return {
    issue({ hasRefreshToken, parent, askedFor = null, family = parent?.family, ...pair }) {
      const number = pairs.length;
      const issued: IssuedPair = {
        ...pair,
        accessToken: `${pair.organizationId}-access-${number}`,
        refreshToken: hasRefreshToken ? `${pair.organizationId}-refresh-${number}` : null,
        family: family ?? number,
        parent,
        askedFor,
        isTrusted: false,
      };
      pairs.push(issued);
      return issued;
    },

    end(pair, cause, isKnowable = true) {
      pair.ended ??= { cause, step: stepCount(), isKnowable };
    },

    findByAccessToken: (accessToken) => pairs.find((pair) => pair.accessToken === accessToken),

    findByRefreshToken: (refreshToken) =>
      refreshToken === null ? undefined : pairs.find((pair) => pair.refreshToken === refreshToken),

    of: (organizationId) => pairs.filter((pair) => pair.organizationId === organizationId),
  };
}
