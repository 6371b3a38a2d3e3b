/** Settings that can be changed while Slack runs. */
export interface SlackSettings {
  /** The time for which a used refresh token still works; 0 by default. */
  readonly graceSeconds: number;
  /** Whether events are held back, to be delivered by hand in any order. */
  readonly holdEvents: boolean;
  /** The delay before each retry of an event. */
  readonly retryDelaysSeconds: readonly number[];
}

/** Slack retries at once, after a minute and after five. */
export const INITIAL_SETTINGS: SlackSettings = {
  graceSeconds: 0,
  holdEvents: false,
  retryDelaysSeconds: [0, 60, 300],
};
