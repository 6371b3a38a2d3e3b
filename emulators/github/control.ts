import * as v from "valibot";
import { refusal } from "../control-error.ts";
import type { GithubAppContext, GithubContext } from "./context.ts";
import * as acts from "./control-actions.ts";
import {
  ApprovalInput,
  ChangeInput,
  InstallInput,
  OrganizationInput,
  PermissionsInput,
  RenameInput,
  RepositoriesInput,
  WebhookInput,
} from "./control-input.ts";
import { toInstallation, toInstallationRequest } from "./installation-shape.ts";
import { installationsOf, requestsOf } from "./installations.ts";
import type { Installation, Organization } from "./records.ts";
import type { Delivery } from "./webhooks.ts";

/** An installation as the REST API shows it. */
type ShownInstallation = ReturnType<typeof toInstallation>;

/** A member's request as the REST API shows it. */
type ShownRequest = ReturnType<typeof toInstallationRequest>;

/**
 * What GitHub's people can do without its pages, and what can be done to its webhooks. A call that cannot
 * be done rejects with a refusal. `by` is who does it: the account's owner unless it is given.
 */
export interface GithubControl {
  /** Makes an organization, or gives one that exists other people and repositories. */
  createOrganization(input: v.InferInput<typeof OrganizationInput>): Promise<Organization>;
  install(input: v.InferInput<typeof InstallInput>): Promise<ShownInstallation>;
  uninstall(input: v.InferInput<typeof ChangeInput>): Promise<void>;
  suspend(input: v.InferInput<typeof ChangeInput>): Promise<void>;
  unsuspend(input: v.InferInput<typeof ChangeInput>): Promise<void>;
  acceptPermissions(input: v.InferInput<typeof PermissionsInput>): Promise<ShownInstallation>;
  chooseRepositories(input: v.InferInput<typeof RepositoriesInput>): Promise<ShownInstallation>;
  /** Gives a user or an organization another login, whether the App is installed there or not. */
  rename(input: v.InferInput<typeof RenameInput>): Promise<void>;
  /** Grants what a member has asked for: the App is installed, and its webhook names the requester. */
  approve(input: v.InferInput<typeof ApprovalInput>): Promise<ShownInstallation>;
  installations(): ShownInstallation[];
  /** What members have asked for and no owner has granted. */
  requests(): ShownRequest[];
  /** The newest webhooks, oldest first, once those under way are over. */
  deliveries(): Promise<Delivery[]>;
  /** Sends a webhook again, with the same GUID and bytes, and waits for the answer. */
  redeliver(id: number): Promise<Delivery>;
  /** Keeps webhooks back until they are released. */
  holdDeliveries(): void;
  /** Sends held webhooks in the order of these ids; without ids all of them, and ends the holding. */
  releaseDeliveries(ids?: readonly number[]): Promise<void>;
  /** Sends an event that did not happen, and waits for the answer. */
  sendWebhook(input: v.InferInput<typeof WebhookInput>): Promise<Delivery>;
}

/** The control object of GitHub. */
export function createGithubControl(github: GithubContext): GithubControl {
  return { ...controlAccounts(github), ...controlWebhooks(github) };
}

type AccountControl = Omit<GithubControl, keyof WebhookControl>;

function controlAccounts(github: GithubContext): AccountControl {
  /** Has an act on disk before it says that it is done. */
  async function act<const Schema extends v.GenericSchema, Result>(
    schema: Schema,
    input: v.InferInput<Schema>,
    work: (github: GithubAppContext, input: v.InferOutput<Schema>) => Result,
  ): Promise<Result> {
    const result = work(acts.toAppContext(github), v.parse(schema, input));
    await github.saved();
    return result;
  }
  const show = (installation: Installation) =>
    toInstallation(acts.toAppContext(github), installation);

  return {
    async createOrganization(input) {
      const organization = acts.putOrganization(github, v.parse(OrganizationInput, input));
      await github.saved();
      return organization;
    },
    async rename(input) {
      acts.rename(github, v.parse(RenameInput, input));
      await github.saved();
    },
    install: async (input) => show(await act(InstallInput, input, acts.installOn)),
    uninstall: (input) => act(ChangeInput, input, acts.uninstallFrom),
    suspend: (input) => act(ChangeInput, input, acts.suspendOn),
    unsuspend: (input) => act(ChangeInput, input, acts.unsuspendOn),
    acceptPermissions: async (input) => show(await act(PermissionsInput, input, acts.acceptOn)),
    chooseRepositories: async (input) => show(await act(RepositoriesInput, input, acts.chooseOn)),
    approve: async (input) => show(await act(ApprovalInput, input, acts.approveRequest)),
    installations: () => installationsOf(acts.toAppContext(github)).map(show),
    requests() {
      const app = acts.toAppContext(github);
      return requestsOf(app).map((request) => toInstallationRequest(app, request));
    },
  };
}

type WebhookControl = Pick<
  GithubControl,
  "deliveries" | "redeliver" | "holdDeliveries" | "releaseDeliveries" | "sendWebhook"
>;

function controlWebhooks({ webhooks }: GithubContext): WebhookControl {
  async function outcomeOf(sent: Delivery | undefined, otherwise: string): Promise<Delivery> {
    const outcome = (await webhooks.list()).find(({ id }) => id === sent?.id);
    if (!outcome) throw refusal(otherwise);
    return outcome;
  }

  return {
    deliveries: () => webhooks.list(),
    redeliver: (id) => outcomeOf(webhooks.redeliver(id), `There is no delivery ${id}.`),
    holdDeliveries: () => webhooks.hold(),
    releaseDeliveries: (ids) => webhooks.release(ids),
    sendWebhook: (input) =>
      outcomeOf(webhooks.send(v.parse(WebhookInput, input)), "The app has no webhook URL."),
  };
}
