import type { Configuration } from "../../core/configuration/configuration.ts";
import type { RegisteredUrls } from "./registered-urls.ts";

/** The stage whose app is registered. */
export interface SetupContext {
  readonly stage: string;
  readonly configuration: Configuration;
  readonly urls: RegisteredUrls;
  /** Opens an address in the browser, unless there is none or the operator does not want it. */
  readonly open: (url: string) => void;
}

/** An app that was registered at a platform. */
export interface Registration {
  /** The app in one line, for the operator. */
  readonly description: string;
  /** The settings of the platform that name the app. None of them is a secret. */
  readonly settings: Readonly<Record<string, string>>;
  /** The value of the platform's secret. */
  readonly secret: Readonly<Record<string, string>>;
  /** The page at the platform where the app can be deleted. */
  readonly manageUrl: string;
  /** The steps that are left at the platform, one sentence each. */
  readonly left: readonly string[];
}
