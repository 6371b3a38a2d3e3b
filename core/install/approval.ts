import type { Ownership } from "../configuration/ownership.ts";
import type { RequestMode } from "../configuration/requests.ts";
import type { Installation } from "../installation.ts";
import type { InstallLinks } from "../ports/install-links.ts";
import type { InstallationEvents } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { WaitingRequests } from "../ports/waiting-requests.ts";

/** The dependencies of what waits for the signed webhook of an installation. */
export interface ApprovalDeps {
  readonly requests: WaitingRequests;
  readonly installations: InstallationRepository;
  readonly links: InstallLinks;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
  /** The metadata keys that say which customer a link is for; by default, all but `display_name`. */
  readonly bindingKeys?: readonly string[] | undefined;
  readonly requestMode: RequestMode;
  readonly ownership: Ownership;
}

/** How far a request has come. */
export type RequestProgress =
  | { readonly status: "waiting" }
  /** Approved on GitHub; an owner has to confirm for whom. */
  | { readonly status: "unconfirmed"; readonly installation: Installation }
  | { readonly status: "finished"; readonly installation: Installation };
