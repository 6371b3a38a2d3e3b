/** An id that may be used once. It is rejected after `expiresAt` in any case. */
export interface SingleUse {
  readonly id: string;
  readonly expiresAt: Date;
}

/** The port that makes OAuth states single-use. */
export interface ConsumedStates {
  /**
   * Consumes an id. Returns whether it was unused: of any number of callers with the same id, at most one
   * gets `true`. A consumed id stays consumed at least until it expires.
   *
   * @throws {ServiceError} `retry_later`
   */
  consume(use: SingleUse): Promise<boolean>;
}
