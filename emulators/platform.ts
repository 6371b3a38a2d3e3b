import type * as v from "valibot";
import type { Clock } from "./clock.ts";
import type { EmulatorApp } from "./http.ts";
import type { PersistedValue } from "./persisted-value.ts";
import type { EmulatedTokenStore } from "./token-store.ts";

/** One emulated platform. */
export interface EmulatedPlatform {
  /**
   * The platform's pages and API. Handlers change state without `await`, so that no other request can
   * come between a check and the change that it allows.
   */
  readonly app: EmulatorApp;
  /** The platform's part of the control API. */
  readonly controlApp: EmulatorApp;
  /** Documents that part for `GET /_control`. */
  readonly controlHelp: string;
  /**
   * Revokes all tokens of an account, as if its owner had removed the app, and returns how many there
   * were. The account is a login, or on Slack the id of a workspace or organization.
   */
  revoke(account: string): number;
  /** Deletes authorization requests and codes that are in progress. */
  clearPendingFlows(): void;
  /** Stops background work, such as webhook deliveries. */
  close?(): Promise<void>;
}

/** The services that every platform is created with. */
export interface PlatformServices {
  /** The platform's base URL: `http://127.0.0.1:3002/github`. */
  readonly url: string;
  readonly clock: Clock;
  readonly tokens: EmulatedTokenStore;
  /** Opens what the platform persists beside its tokens. Call it once. */
  persist<Value>(schema: v.GenericSchema<unknown, Value>, initial: Value): PersistedValue<Value>;
  /** Resolves when all changes so far are on disk. */
  flush(): Promise<void>;
}
