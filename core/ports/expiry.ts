import type { InstallationKind } from "../installation.ts";

/** The port for what has to be done from time to time, by nobody's request. */
export interface Expiry {
  /** Forgets used states and pending grants that are too old to matter, and counts them. */
  removeExpired(): Promise<number>;
  /**
   * The ids of active installations whose refresh token has not been used for so long, or ends so soon,
   * that it should be renewed; the most urgent first.
   */
  findIdle(limits: {
    /** Kinds of app that can be spoken to; at least one. */
    kinds: readonly InstallationKind[];
    idleDays: number;
    endsInDays: number;
    count: number;
  }): Promise<string[]>;
}
