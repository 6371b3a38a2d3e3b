import * as v from "valibot";
import { controlConflict } from "../control-error.ts";
import { DeliveryRules } from "../delivery-queue.ts";
import type { GithubAppContext, GithubContext } from "./context.ts";
import * as actions from "./control-actions.ts";
import {
  AccountInput,
  AppPermissionsInput,
  ApprovalInput,
  InstallationInput,
  OrganizationInput,
  PermissionsInput,
  RenameInput,
  RepositoriesInput,
  WebhookInput,
} from "./control-input.ts";
import { toInstallation, toInstallationRequest } from "./installation-shape.ts";
import { installationsOf, requestsOf } from "./installations.ts";
import type { Permissions } from "./permissions.ts";
import type { EmulatedInstallation, Organization } from "./records.ts";
import type { WebhookDelivery } from "./webhooks/delivery-list.ts";

/** An installation as the REST API shows it. */
type ShownInstallation = ReturnType<typeof toInstallation>;

/** A member's request as the REST API shows it. */
type ShownRequest = ReturnType<typeof toInstallationRequest>;

/**
 * Does what people can do on GitHub's pages, and controls the webhooks. A call that the current state
 * does not allow rejects with a conflict. `by` is the user who acts, by default the account's owner.
 */
export interface GithubControl {
  /** Creates an organization, or replaces the people and repositories of an existing one. */
  createOrganization(input: v.InferInput<typeof OrganizationInput>): Promise<Organization>;
  install(input: v.InferInput<typeof InstallationInput>): Promise<ShownInstallation>;
  uninstall(input: v.InferInput<typeof AccountInput>): Promise<void>;
  suspend(input: v.InferInput<typeof AccountInput>): Promise<void>;
  unsuspend(input: v.InferInput<typeof AccountInput>): Promise<void>;
  /** Changes the permissions that the App requests; installations keep theirs until an owner accepts. */
  changeAppPermissions(input: v.InferInput<typeof AppPermissionsInput>): Promise<Permissions>;
  acceptPermissions(input: v.InferInput<typeof PermissionsInput>): Promise<ShownInstallation>;
  chooseRepositories(input: v.InferInput<typeof RepositoriesInput>): Promise<ShownInstallation>;
  /** Renames a user or an organization, whether the App is installed there or not. */
  rename(input: v.InferInput<typeof RenameInput>): Promise<void>;
  /** Approves a member's request: installs the App, with a webhook that names the requester. */
  approve(input: v.InferInput<typeof ApprovalInput>): Promise<ShownInstallation>;
  installations(): ShownInstallation[];
  /** Returns the requests of members that no owner has approved. */
  requests(): ShownRequest[];
  /** Returns the newest webhooks, oldest first, after pending deliveries have finished. */
  deliveries(): Promise<WebhookDelivery[]>;
  /** Sends a webhook again, with the same GUID and bytes, and waits for the response. */
  redeliver(id: number): Promise<WebhookDelivery>;
  /** Holds webhooks back until they are released. */
  holdDeliveries(): void;
  /** Sends these webhooks in this order; without ids sends all and stops holding back. */
  releaseDeliveries(ids?: readonly number[]): Promise<void>;
  /** Changes how webhooks are sent, and returns all rules; a reset restores the initial ones. */
  configureDelivery(rules: v.InferInput<typeof DeliveryRules>): DeliveryRules;
  /** Sends a webhook with any content, and waits for the response. */
  sendWebhook(input: v.InferInput<typeof WebhookInput>): Promise<WebhookDelivery>;
}

/** Creates the control of GitHub. */
export function createGithubControl(github: GithubContext): GithubControl {
  return { ...controlAccounts(github), ...controlWebhooks(github) };
}

type AccountControl = Omit<GithubControl, keyof WebhookControl>;

function controlAccounts(github: GithubContext): AccountControl {
  /** Runs an action of an App, and resolves when its changes are on disk. */
  async function run<const Schema extends v.GenericSchema, Result>(
    schema: Schema,
    input: v.InferInput<Schema>,
    action: (github: GithubAppContext, input: v.InferOutput<Schema>) => Result,
  ): Promise<Result> {
    const result = action(actions.toAppContext(github), v.parse(schema, input));
    await github.flush();
    return result;
  }
  const show = (installation: EmulatedInstallation) =>
    toInstallation(actions.toAppContext(github), installation);

  return {
    async createOrganization(input) {
      const organization = actions.putOrganization(github, v.parse(OrganizationInput, input));
      await github.flush();
      return organization;
    },
    async rename(input) {
      actions.renameTo(github, v.parse(RenameInput, input));
      await github.flush();
    },
    install: async (input) => show(await run(InstallationInput, input, actions.installOn)),
    uninstall: (input) => run(AccountInput, input, actions.uninstallFrom),
    suspend: (input) => run(AccountInput, input, actions.suspendOn),
    unsuspend: (input) => run(AccountInput, input, actions.unsuspendOn),
    changeAppPermissions: (input) => run(AppPermissionsInput, input, actions.changeAppPermissions),
    acceptPermissions: async (input) => show(await run(PermissionsInput, input, actions.acceptOn)),
    chooseRepositories: async (input) =>
      show(await run(RepositoriesInput, input, actions.chooseOn)),
    approve: async (input) => show(await run(ApprovalInput, input, actions.approveOn)),
    installations: () => installationsOf(actions.toAppContext(github)).map(show),
    requests() {
      const app = actions.toAppContext(github);
      return requestsOf(app).map((request) => toInstallationRequest(app, request));
    },
  };
}

type WebhookControl = Pick<
  GithubControl,
  | "deliveries"
  | "redeliver"
  | "holdDeliveries"
  | "releaseDeliveries"
  | "configureDelivery"
  | "sendWebhook"
>;

function controlWebhooks({ webhooks }: GithubContext): WebhookControl {
  async function resultOf(
    sent: WebhookDelivery | undefined,
    otherwise: string,
  ): Promise<WebhookDelivery> {
    const delivery = sent && (await webhooks.find(sent.id));
    if (!delivery) throw controlConflict(otherwise);
    return delivery;
  }

  return {
    deliveries: () => webhooks.list(),
    redeliver: (id) => resultOf(webhooks.redeliver(id), `There is no delivery ${id}.`),
    holdDeliveries: () => webhooks.hold(),
    releaseDeliveries: (ids) => webhooks.release(ids),
    configureDelivery: (rules) => webhooks.configureDelivery(v.parse(DeliveryRules, rules)),
    sendWebhook: (input) =>
      resultOf(webhooks.send(v.parse(WebhookInput, input)), "The app has no webhook URL."),
  };
}
