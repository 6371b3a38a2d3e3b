/** Something that may be used once, and when it would be refused for its age anyway. */
export interface SingleUse {
  readonly id: string;
  readonly expiresAt: Date;
}

/** The port that makes states and install links single-use. */
export interface ConsumedStates {
  /**
   * Uses all of them in one atomic step, and says whether each was unused: of any number of callers, at
   * most one gets `true` for the same id. What was used stays used at least until it expires.
   */
  consume(uses: readonly SingleUse[]): Promise<boolean>;
}
