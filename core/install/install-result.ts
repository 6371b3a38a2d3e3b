import type { ServiceError } from "../errors.ts";
import type { Installation, Platform } from "../installation.ts";
import type { Grant } from "../ports/provider.ts";

/** The result of a flow that stored an installation. */
export interface StoredInstall {
  readonly status: "success";
  readonly installation: Installation;
  /** Present only if this flow created the installation. */
  readonly webhookSecret: string | undefined;
}

/** The result of a flow whose state is proven. The redirect URI is on the allow-list. */
export type InstallResult = {
  readonly platform: Platform;
  readonly redirectUri: string | null;
  /** `Set-Cookie` values; they expire the flow cookie once the state is consumed. */
  readonly cookies: readonly string[];
} & (
  | StoredInstall
  /** The grant covers several organizations: the installer picks one, see `chooseOrganization`. */
  | {
      readonly status: "choose";
      readonly pendingId: string;
      readonly organizations: readonly Grant[];
    }
  /** A member has requested the App: the page of the request shows whether an owner has approved it. */
  | { readonly status: "waiting"; readonly requestId: string }
  /** The platform lists no request of the person any more. */
  | { readonly status: "pending" }
  | {
      readonly status: "error";
      readonly error: ServiceError;
      /** Where the person can finish, if the App is installed at the platform, but not connected. */
      readonly finishUrl?: URL;
      /** Whether the person wanted to connect an App that is installed already. */
      readonly isConnect?: boolean;
      /** Whether the person has requested the App. */
      readonly isRequest?: boolean;
    }
);
