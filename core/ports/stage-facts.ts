import type { Platform } from "../installation.ts";
import type { KeyCounts } from "./sealed-rows.ts";

/** The rights of the present database user on one table. */
export interface TableRights {
  readonly table: string;
  /** Whether it may select, insert, update and delete rows. */
  readonly canUse: boolean;
  /** Whether it may do more with the table, as its owner can. */
  readonly canOwn: boolean;
}

/** The newest install and webhook of a platform that the database has. */
export interface PlatformTraffic {
  readonly platform: Platform;
  /** When the newest active installation was stored; `null` without one. */
  readonly installedAt: Date | null;
  /** When the last webhook was received, of the 10,000 newest deliveries of all platforms; `null` if none of them. */
  readonly heardAt: Date | null;
}

/**
 * The port of what the check of a stage reads besides installations. Each method is a few short statements.
 *
 * Every method throws `retry_later` if the store does not respond in time.
 */
export interface StageFacts {
  /** Returns the clock by which the expiry of tokens is judged. */
  readClock(): Promise<Date>;
  /** Returns the rights on those of the tables that exist. */
  listRights(tables: readonly string[]): Promise<readonly TableRights[]>;
  listTraffic(platforms: readonly Platform[]): Promise<readonly PlatformTraffic[]>;
  /** Counts the keys of the newest rows that the state key ring encrypts, and that are still needed. */
  countStateKeys(): Promise<KeyCounts>;
}
