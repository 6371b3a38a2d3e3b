import * as v from "valibot";
import type { Clock } from "./clock.ts";
import type { PlatformRequest, Reply } from "./http.ts";
import type { Kept } from "./persisted-value.ts";
import type { TokenBook } from "./token-store.ts";

/** The platforms there are: each one's first path segment, and its name in the control API. */
export const PlatformName = v.picklist(["github", "slack", "jira"]);
export type PlatformName = v.InferOutput<typeof PlatformName>;

/** One emulated platform. */
export interface Platform {
  /** Answers in one go, without `await`: no other request can come between a check and its change. */
  handle(request: PlatformRequest): Reply;
  /**
   * Ends all tokens of an account, as if its owner had removed the app, and counts them. On Slack the
   * account is a workspace or an organization, by its id.
   */
  revoke(login: string): number;
  /** Forgets what is under way: the consents that were asked for and the codes that were given. */
  forgetFlows(): void;
  /** Ends what goes on by itself, such as deliveries of events. */
  close?(): Promise<void>;
}

/** What every platform is built with. */
export interface PlatformTools {
  /** Where the platform is: `http://127.0.0.1:3002/github`. */
  readonly url: string;
  readonly clock: Clock;
  readonly tokens: TokenBook;
  /** Opens what the platform keeps over a restart beside tokens; to be called once. */
  keep<Value>(schema: v.GenericSchema<unknown, Value>, initial: Value): Kept<Value>;
  /** Resolves when all changes so far are on disk. */
  saved(): Promise<void>;
}
