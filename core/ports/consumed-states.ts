/** An id that may be used once. It is rejected after `expiresAt` in any case. */
export interface SingleUse {
  readonly id: string;
  readonly expiresAt: Date;
}

/** The port that makes OAuth states and install links single-use. */
export interface ConsumedStates {
  /**
   * Consumes all ids in one atomic step. Returns whether all of them were unused: of any number of callers
   * with the same id, at most one gets `true`. A consumed id stays consumed at least until it expires.
   *
   * @throws {ServiceError} `retry_later`
   */
  consume(uses: readonly SingleUse[]): Promise<boolean>;
}
