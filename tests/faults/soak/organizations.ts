import type { RacePlatform } from "../../support/race-installs.ts";

/** The state of one organization, as the soak knows it. */
export interface Organization {
  readonly platform: RacePlatform;
  readonly name: string;
  /** Our id of its installation, when one was acknowledged and not deleted since. */
  id: string | undefined;
  /** Whether somebody at the platform, or we, have ended the grant. */
  isEnded: boolean;
  /**
   * Whether the outcome of something that was done to it is not known: the request failed, and may still be
   * carried out. It is left alone until the next audit has seen what became of it.
   */
  isUncertain: boolean;
  /** Whether something is being done to it. */
  isBusy: boolean;
  /** How often its token was aged, and how often that is under way. */
  agings: number;
  agingsUnderWay: number;
  /** How often something was done to it. */
  changes: number;
  /** The values of its metadata that may be stored: the last that was acknowledged, and later attempts. */
  possible: number[];
  /** The last acts on it and lookups of it, to explain a violation. */
  history: readonly string[];
}

/** How many entries of its history an organization keeps. */
const HISTORY = 30;

/** Adds something that was done to an organization to its history. */
export function note(organization: Organization, what: string): void {
  const entry = `${Math.round(performance.now())} ms: ${what}`;
  organization.history = [...organization.history, entry].slice(-HISTORY);
}

const PLATFORMS = ["github", "slack", "jira"] as const;

/** So many organizations of each platform, none of which has installed the bot. */
export function createOrganizations(perPlatform: number): Organization[] {
  return PLATFORMS.flatMap((platform) =>
    Array.from({ length: perPlatform }, (_, index) => ({
      platform,
      name: `soak${platform}${index}`,
      id: undefined,
      isEnded: false,
      isUncertain: false,
      isBusy: false,
      agings: 0,
      agingsUnderWay: 0,
      changes: 0,
      history: [],
      possible: [],
    })),
  );
}
