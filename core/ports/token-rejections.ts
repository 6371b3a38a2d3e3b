import type { TokenFence } from "./token-store.ts";

/** The last check of a token that callers reported as rejected by its platform. */
export interface RejectionState {
  /** `null` if there was none. */
  readonly checkedSecondsAgo: number | null;
  /** Whether the caller that took it has not settled it. */
  readonly isOpen: boolean;
  /** Consecutive reports that were wrong, or that may have been. */
  readonly falseReports: number;
}

/** The exclusive right to check a token that was reported, or to replace it. */
interface RejectionCheck {
  readonly installationId: string;
  readonly owner: string;
}

/**
 * The port that lets one caller at a time, across all processes, check a token that was reported as rejected.
 * Times are those of the store's clock. Every method throws `retry_later` if the store does not respond in time.
 */
export interface TokenRejections {
  /** Returns `undefined` if the token is not the stored one any more, or if the installation is inactive. */
  find(fence: TokenFence): Promise<RejectionState | undefined>;
  /**
   * Takes the check, unless the last one was less than `intervalSeconds` ago, or the number of false reports is not
   * the given one any more.
   */
  take(
    fence: TokenFence,
    expected: { readonly falseReports: number; readonly intervalSeconds: number },
  ): Promise<RejectionCheck | undefined>;
  /** Ends a check, and stores the number of false reports. The interval begins when it was taken. */
  settle(check: RejectionCheck, falseReports: number): Promise<void>;
}
