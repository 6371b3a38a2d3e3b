import { Grantkeep as Component, type GrantkeepArgs } from "./grantkeep.ts";
import { packagedCode } from "./packaged-code.ts";

export type { GrantkeepArgs };

/**
 * Deploys Grantkeep as a part of an SST app, with the functions that the package contains.
 *
 * @example
 * ```ts
 * const { Grantkeep } = await import("grantkeep/sst");
 * const { default: configuration } = await import("./grantkeep.config.ts");
 * const grants = new Grantkeep("Grants", configuration);
 * new sst.aws.Function("Bot", { handler: "bot.handler", link: [grants] });
 * ```
 */
export class Grantkeep extends Component {
  /** @throws {Error} with a sentence for each mistake in `args`, and for a file of the package that was changed */
  constructor(name: string, args: GrantkeepArgs) {
    super(name, args, packagedCode());
  }
}
