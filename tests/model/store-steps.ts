import { ServiceError } from "../../core/errors.ts";
import type { DueWorkFinder } from "../../core/ports/due-work.ts";
import type { Expiry } from "../../core/ports/expiry.ts";
import type { InstallationRepository } from "../../core/ports/installation-repository.ts";
import type { PendingEvents } from "../../core/ports/pending-events.ts";
import type { RefreshLeases } from "../../core/ports/refresh-leases.ts";
import type { TokenStore } from "../../core/ports/token-store.ts";
import type { Process, Scheduler } from "./scheduler.ts";

/** The faults of a statement that reads. */
const READ_FAULTS = ["no reply", "crash", "pause"];

/** The faults of a statement that writes. With `reply lost`, it has its effect. */
const WRITE_FAULTS = ["not run", "reply lost", "crash", "crash after", "pause"];

/** Also, the process may stand still before it reads the reply. */
const LEASE_FAULTS = [...WRITE_FAULTS, "late reply"];

/** A reply that is read after the lease ran out. */
const LATE_REPLY_MS = 27_000;

const STATEMENT_MS = 5;

/** The ports of one process to the store. */
export interface StorePorts {
  readonly installations: InstallationRepository;
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  readonly pendingEvents: PendingEvents;
  readonly dueWork: DueWorkFinder;
  readonly expiry: Expiry;
}

/** Makes every call of a process to the store a step of the scheduler. `afterCall` runs in the same step. */
export function createSteppedPorts(
  scheduler: Scheduler,
  process: Process,
  store: StorePorts,
  afterCall: () => void,
): StorePorts {
  async function step<Result>(
    name: string,
    faults: readonly string[],
    call: () => Promise<Result>,
  ): Promise<Result> {
    const readyAt = scheduler.now() + STATEMENT_MS;
    const { result, isLate } = await scheduler.step<{ result: Result; isLate: boolean }>(
      process,
      { name, readyAt, isWaiting: false, faults },
      ({ resolve, reject }, fault) => {
        if (fault === "no reply" || fault === "not run") return reject(noReply());
        const called = call();
        process.lastStatement = scheduler.stepCount();
        afterCall();
        if (fault === "crash after") called.catch(() => {});
        else if (fault === "reply lost") called.then(() => reject(noReply()), reject);
        else called.then((result) => resolve({ result, isLate: fault === "late reply" }), reject);
      },
    );
    if (isLate) await scheduler.wait(process, "stood still", LATE_REPLY_MS);
    return result;
  }
  const read = <Result>(name: string, call: () => Promise<Result>) => step(name, READ_FAULTS, call);
  const write = <Result>(name: string, call: () => Promise<Result>) =>
    step(name, WRITE_FAULTS, call);
  const lease = <Result>(name: string, call: () => Promise<Result>) =>
    step(name, LEASE_FAULTS, call);

  const { installations, tokens, leases, pendingEvents, dueWork, expiry } = store;
  return {
    installations: {
      create: (input) => write("create", () => installations.create(input)),
      upsert: (...install) => write("upsert", () => installations.upsert(...install)),
      find: (key) => read("find", () => installations.find(key)),
      findByProviderIds: (...request) => installations.findByProviderIds(...request),
      findGrantVersion: (id) => read("findGrantVersion", () => installations.findGrantVersion(id)),
      listGrants: () => read("listGrants", () => installations.listGrants()),
      list: (filter, page) => read("list", () => installations.list(filter, page)),
      addUnclaimed: (input) => write("addUnclaimed", () => installations.addUnclaimed(input)),
      findSender: (key) => read("findSender", () => installations.findSender(key)),
      update: (id, patch) => write("update", () => installations.update(id, patch)),
      delete: (id, version) => write("delete", () => installations.delete(id, version)),
    },
    tokens: {
      findToken: (key, options) => read("findToken", () => tokens.findToken(key, options)),
      noteLookup: (id) => tokens.noteLookup(id),
      findWebhookSecret: (key) => read("findWebhookSecret", () => tokens.findWebhookSecret(key)),
      findSecrets: (key) => read("findSecrets", () => tokens.findSecrets(key)),
      endGrant: (...end) => write("endGrant", () => tokens.endGrant(...end)),
      endInstallation: (...end) => write("endInstallation", () => tokens.endInstallation(...end)),
      endExpired: (id) => write("endExpired", () => tokens.endExpired(id)),
      reactivate: (fence) => write("reactivate", () => tokens.reactivate(fence)),
      expireToken: (fence) => write("expireToken", () => tokens.expireToken(fence)),
      storePermissions: (...grant) =>
        write("storePermissions", () => tokens.storePermissions(...grant)),
      deleteUnclaimed: (fence) => write("deleteUnclaimed", () => tokens.deleteUnclaimed(fence)),
      rejectNarrowed: (...rejection) =>
        write("rejectNarrowed", () => tokens.rejectNarrowed(...rejection)),
      storePlatformFields: (...report) =>
        write("storePlatformFields", () => tokens.storePlatformFields(...report)),
      rename: (fence, name) => write("rename", () => tokens.rename(fence, name)),
    },
    leases: {
      take: (...request) => lease("take", () => leases.take(...request)),
      extend: (...request) => lease("extend", () => leases.extend(...request)),
      write: (...tokens) => write("write", () => leases.write(...tokens)),
      coolDown: (...attempt) => write("coolDown", () => leases.coolDown(...attempt)),
      coolDownUnleased: (...attempt) =>
        write("coolDownUnleased", () => leases.coolDownUnleased(...attempt)),
      end: (...end) => write("end", () => leases.end(...end)),
      endLater: (...end) => write("endLater", () => leases.endLater(...end)),
    },
    pendingEvents: {
      remove: (ids) => write("remove event", () => pendingEvents.remove(ids)),
      takeDue: (request) => write("takeDue", () => pendingEvents.takeDue(request)),
    },
    dueWork: { find: (limits) => read("find due work", () => dueWork.find(limits)) },
    expiry: {
      removeExpired: () => write("removeExpired", () => expiry.removeExpired()),
      removeLinks: () => write("removeLinks", () => expiry.removeLinks()),
      removeDeliveries: () => write("removeDeliveries", () => expiry.removeDeliveries()),
      wipeTokens: () => write("wipeTokens", () => expiry.wipeTokens()),
      keyGrants: () => write("keyGrants", () => expiry.keyGrants()),
      // It changes nothing that a refresh reads.
      storeSearchKeys: () => expiry.storeSearchKeys(),
      findIdle: (limits) => read("findIdle", () => expiry.findIdle(limits)),
      findSuspended: (limits) => read("findSuspended", () => expiry.findSuspended(limits)),
      passOver: (...request) => write("passOver", () => expiry.passOver(...request)),
      resume: () => write("resume", () => expiry.resume()),
    },
  };
}

function noReply(): ServiceError {
  return new ServiceError("retry_later", "The store did not respond in time.");
}
