import type { InstallRequest } from "./waiting-requests.ts";

/** An installation of an App, as its platform lists it. */
export interface AppInstallation {
  readonly providerInstallationId: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly isSuspended: boolean;
  readonly createdAt: Date | null;
}

/** A member's open request for an App. */
export interface OpenRequest extends InstallRequest {
  readonly createdAt: Date;
}

/** The port to what a platform knows of an App: who has installed it, and who has requested it. */
export interface AppInventory {
  /**
   * Returns a page of all installations of the App, and whether there are more.
   *
   * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
   */
  listInstallations(request: {
    page: number;
    signal: AbortSignal;
  }): Promise<{ readonly installations: readonly AppInstallation[]; readonly hasMore: boolean }>;
  /**
   * Returns the open requests of members, at most a thousand.
   *
   * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
   */
  listRequests(signal: AbortSignal): Promise<readonly OpenRequest[]>;
}
