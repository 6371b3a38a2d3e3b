import type { Configuration } from "../configuration/configuration.ts";
import type { Access } from "./access.ts";

type Platforms = Configuration["platforms"];

/** The facts about a platform that pages show. */
export interface PlatformPage {
  /** Which texts ask for one of several organizations. */
  readonly choice: "chooseAccount" | "chooseSite";
  /** The path of the SVG icon that stands for the platform. It is not its trademark. */
  readonly mark: string;
  describeAccess(platforms: Platforms): Access;
  /** Returns where a person sees and revokes the access at the platform. */
  manageUrl(platforms: Platforms): string;
  /** Returns where an owner of an organization approves a member's request, if there are requests. */
  approveUrl?(platforms: Platforms, organization: string): string;
  /** Where a person creates an organization of the platform, if one without any can do so. */
  readonly createUrl?: string;
}
