import type { ConfigurationInput } from "../core/configuration/configuration.ts";
import { createApp } from "./app.ts";
import type { Code } from "./code.ts";
import type { Vpc } from "./database/database.ts";
import type { Callable } from "./direct-invoke.ts";
import type { EventBus } from "./events.ts";
import { type GivenSettings, readSettings } from "./settings.ts";
import { chooseNames, toComponentName } from "./stage.ts";

/** The type that Pulumi and `Resource` know the component by. */
const TYPE = "grantkeep:sst:Grantkeep";

/** Where Grantkeep is deployed to. All of it is optional. */
interface DeploymentOptions extends GivenSettings {
  /** An existing network, for the functions that connect to the database. Aurora is created in it. */
  readonly vpc?: Vpc | undefined;
  /** An existing event bus. Default: a new one, `grantkeep-<stage>-events`. */
  readonly bus?: EventBus | undefined;
  /** Whether the data must survive the removal of the stage. Default: for the stage `production`, and if SST protects it. */
  readonly production?: boolean | undefined;
  readonly names?: {
    /** The start of all physical names. Set it when two apps of an account have a stage of the same name. Default: `grantkeep`. */
    readonly prefix?: string | undefined;
    /** The start of all names in SST's state. Default: the name of the component. Another name is another resource. */
    readonly logicalPrefix?: string | undefined;
  };
}

/** The configuration of `grantkeep.config.ts`, and where it is deployed to. */
export type GrantkeepArgs = ConfigurationInput & DeploymentOptions;

/** The properties of `Resource.<name>` in a linked function. */
interface Link {
  /** The function `token-lookup` with its alias, as `createGrantkeep` of `@grantkeep/client` takes it. */
  readonly functionName: $util.Output<string>;
  readonly url: $util.Output<string>;
  readonly eventBusName: $util.Output<string>;
}

/** The name of the component of each program. A test runs several. */
const components = new WeakMap<object, string>();

/**
 * Deploys Grantkeep as a part of an SST app: the functions, their database, secrets, event bus, alarms and dashboard.
 *
 * `link: [grants]` lets a function invoke the alias of the token lookup, and gives it `Resource.<name>`.
 */
export class Grantkeep extends $util.ComponentResource {
  /** The public URL, without a slash at its end. */
  readonly url: $util.Output<string>;
  /** The name of the event bus. */
  readonly eventBusName: $util.Output<string>;
  /** The function `token-lookup` with its alias, and the ARN of that alias. */
  readonly functionName: $util.Output<string>;
  readonly functionArn: $util.Output<string>;
  /** The names and ARNs that operators and other apps need, to be returned by `run` of `sst.config.ts`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly #name: string;
  readonly #callers: Callable;
  readonly #links = new Map<string, sst.Linkable<Link>>();

  /**
   * Creates all resources. They have no parent in Pulumi, so that a stage that was deployed from a checkout of this
   * repository keeps its resources.
   *
   * @throws {Error} with a sentence for each mistake in `args`, or for a second component in the same app
   */
  constructor(name: string, args: GrantkeepArgs, code: Code) {
    super(TYPE, claimProgram(name));
    const { vpc, bus, names, production, ...others } = args;
    const { domain, domainCertificateArn, lookupAccounts, alarmEmail, ...configuration } = others;
    chooseNames({
      prefix: names?.prefix,
      logicalPrefix: names?.logicalPrefix ?? name,
      production,
    });
    const settings = readSettings({ domain, domainCertificateArn, lookupAccounts, alarmEmail });
    const { callable, ...app } = createApp({ code, configuration, settings, vpc, bus });

    const lookup = callable["token-lookup"];
    if (!lookup) throw new Error("The function token-lookup was not created.");
    this.#name = name;
    this.#callers = app.callers;
    this.outputs = { ...app, ...callable };
    this.url = $output(app.url);
    this.eventBusName = $output(app.eventBus);
    this.functionArn = lookup.alias;
    this.functionName = lookup.alias.apply(nameInArn);
    this.registerOutputs({});
  }

  /** Returns what SST gives to a function that links the component. */
  getSSTLink() {
    return this.#linkTo(this.functionArn);
  }

  /**
   * Returns the link of a caller with limits: `link: [grants.caller("reviewer")]` lets a function invoke this alias and no
   * other, and gives it `Resource.<name>Reviewer`.
   *
   * @throws {Error} unless the configuration has this caller
   */
  caller(caller: string): sst.Linkable<Link> {
    const linked = this.#links.get(caller);
    if (linked) return linked;
    const created = this.#callers[caller];
    if (!created) throw new Error(`The configuration of ${this.#name} has no caller ${caller}.`);
    const name = `${this.#name}${toComponentName(caller)}`;
    const link = new sst.Linkable(name, this.#linkTo(created.alias));
    this.#links.set(caller, link);
    return link;
  }

  #linkTo(alias: $util.Output<string>) {
    const { url, eventBusName } = this;
    const properties: Link = { functionName: alias.apply(nameInArn), url, eventBusName };
    const permission = { actions: ["lambda:InvokeFunction"], resources: [alias] };
    return { properties, include: [sst.aws.permission(permission)] };
  }
}

/**
 * Returns the name, unless the program has a component already: the names of resources are global.
 *
 * @throws {Error} for a second component
 */
function claimProgram(name: string): string {
  const stack = $util.runtime.getStackResource();
  if (!stack) throw new Error(`${name} can be created only in run() of sst.config.ts.`);
  const first = components.get(stack);
  if (first !== undefined) {
    throw new Error(`${name} cannot be created: ${first} is the Grantkeep of this app.`);
  }
  components.set(stack, name);
  return name;
}

/** Returns the name and the alias of a function: `grantkeep-production-token-lookup:live`. */
function nameInArn(arn: string): string {
  return arn.split(":").slice(6).join(":");
}
