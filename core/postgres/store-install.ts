import type postgres from "postgres";
import { ServiceError } from "../errors.ts";
import { grantedKey, isGrantChanged } from "../grants/granted-key.ts";
import type { Installation } from "../installation.ts";
import { invalidLink } from "../ports/install-links.ts";
import { type Change, createEventId, PERMISSIONS_CHANGED } from "../ports/installation-events.ts";
import type { InstallOptions } from "../ports/installation-repository.ts";
import { type Binding, decideRebinding, requireUnpinned, UNBOUND } from "../ports/rebinding.ts";
import { type BoundRow, selectBound, whereStill } from "./bound-installation.ts";
import { transaction } from "./client.ts";
import type { Sql } from "./connection.ts";
import { consumeLink } from "./install-links.ts";
import {
  insert,
  onDuplicate,
  onReinstall,
  type SealedInstallation,
  select,
} from "./installation-statements.ts";
import { keepOrigin, selectOrigin } from "./origin.ts";
import { insertEvent, selectEvent } from "./pending-events.ts";
import { deleteUnclaimedEvent } from "./unclaimed.ts";

/** An installation is seldom changed by two others between the decision about it and the write. */
const ATTEMPTS = 5;

/** Another customer's installation was not requested, whatever led to the one before. */
const NOT_REQUESTED = { requestedBy: null, requestedById: null, approvedBy: null };

/** An install to store. */
interface Install {
  readonly row: SealedInstallation;
  readonly eventId: string;
  readonly options: InstallOptions;
  /** Whether an earlier attempt may have stored it: its reply was lost. */
  readonly mayBeStored: boolean;
}

type StoredInstall = Change & { readonly installation: Installation; readonly created: boolean };

/**
 * Stores an install, its event and the use of its link, in one transaction. It decides on the stored row what
 * the install may change, and writes only if the row is still the same.
 *
 * @throws {ServiceError} `invalid_state`, `retry_later`, and the errors of `decideRebinding`
 */
export async function storeInstall(sql: postgres.Sql, install: Install): Promise<StoredInstall> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await transaction(sql, (sql) => attemptInstall(sql, install));
    if (stored) return stored;
  }
  throw contended();
}

/** Returns `undefined`, and has changed nothing, if the installation was changed since the decision. */
async function attemptInstall(
  sql: Sql,
  { row, eventId, options, mayBeStored }: Install,
): Promise<StoredInstall | undefined> {
  const { refusesSharedAccounts = false, onlyUnclaimed = false, ...given } = options;
  const binding = { ...UNBOUND, ...given };
  // The tokens of an earlier attempt may have been refreshed since: do not write them again.
  const own = mayBeStored ? await selectEvent(sql, eventId) : undefined;
  if (own) {
    const installation = await select(sql, { id: own.installationId });
    return installation && { installation, created: own.type !== "reinstalled", event: own };
  }

  const bound = await selectBound(sql, row, binding.customer);
  const decision = bound ? decideRebinding(bound, binding, row.installedById) : "create";
  if (onlyUnclaimed && decision !== "claim") throw notUnclaimed();
  const installation = await write(sql, row, { bound, decision, binding });
  if (!installation) return undefined;

  if (refusesSharedAccounts && installation.hasSharedAccount) throw sharedAccount();
  // A re-install creates it if it was deleted since the decision.
  const created = decision === "claim" || installation.id === row.id;
  if (installation.id === row.id) requireUnpinned(binding);
  const { link } = binding;
  if (link && !(await consumeLink(sql, link.id, installation.id))) throw invalidLink("used");

  const { id: installationId, platform, organizationId, organizationName } = installation;
  const subject = { installationId, platform, organizationId, organizationName, grantEndsAt: null };
  const event = await insertEvent(sql, {
    ...subject,
    id: eventId,
    type: decision === "rebind" ? "rebound" : created ? "created" : "reinstalled",
    reason: null,
    requestedBy: created ? installation.requestedBy : null,
    approvedBy: created ? installation.approvedBy : null,
    installerChanged: !created && bound?.installedById !== row.installedById,
    previousInstallationId: decision === "rebind" ? (bound?.id ?? null) : null,
  });
  if (created || !bound || !changesGrant(row, bound)) return { installation, created, event };
  const changed = { ...subject, ...PERMISSIONS_CHANGED, id: createEventId() };
  return { installation, created, event, permissionsEvent: await insertEvent(sql, changed) };
}

/** Returns whether an install has other scopes or permissions than the one before, which another app may have. */
function changesGrant(row: SealedInstallation, { scopes, permissions }: BoundRow): boolean {
  return isGrantChanged(grantedKey({ ...row, scopes, permissions }), row.grantedKey);
}

interface Decided {
  readonly bound: BoundRow | undefined;
  readonly decision: ReturnType<typeof decideRebinding> | "create";
  readonly binding: Binding;
}

/** Stores an install as it was decided. */
async function write(
  sql: Sql,
  row: SealedInstallation,
  { bound, decision, binding }: Decided,
): Promise<Installation | undefined> {
  if (!bound) return insert(sql, row, onDuplicate(sql));
  if (decision === "reinstall") return insert(sql, row, onSame(sql, bound, binding));
  const origin = await selectOrigin(sql, bound.id);
  if (decision === "rebind") {
    const rebound = await replace(sql, row, bound, binding);
    return rebound && origin && keepOrigin(sql, rebound.id, { ...origin, ...NOT_REQUESTED });
  }
  await deleteUnclaimedEvent(sql, bound.id);
  // An operator may have set some before anybody connected it.
  const metadata = { ...bound.metadata, ...row.metadata };
  const customer = row.searchKeys.customer ?? bound.customer;
  const searchKeys = { ...row.searchKeys, customer };
  const claimed = await replace(
    sql,
    { ...row, metadata, searchKeys, id: bound.id },
    bound,
    binding,
  );
  return claimed && origin && keepOrigin(sql, claimed.id, origin);
}

function onSame(sql: Sql, bound: BoundRow, { customer }: Binding) {
  return sql`${onReinstall(sql)} where ${whereStill(sql, bound, customer)}`;
}

/** Deletes an installation, and stores the new one of the same organization. */
async function replace(
  sql: Sql,
  row: SealedInstallation,
  bound: BoundRow,
  { customer }: Binding,
): Promise<Installation | undefined> {
  const deleted = await sql`
    delete from installations
    where id = ${bound.id} and ${whereStill(sql, bound, customer)}
    returning id
  `;
  if (deleted.count === 0) return undefined;
  const installation = await insert(sql, row, onDuplicate(sql));
  // The transaction must not delete without storing.
  if (!installation) throw contended();
  return installation;
}

function notUnclaimed(): ServiceError {
  const message = "This organization has an installation that somebody has connected.";
  return new ServiceError("installation_bound_elsewhere", message, { reason: "claimed" });
}

function contended(): ServiceError {
  const message = "The installation is being changed. Retry later.";
  return new ServiceError("retry_later", message, { reason: "contended" });
}

function sharedAccount(): ServiceError {
  const message = "The account that authorized the bot is used for another organization already.";
  return new ServiceError("shared_account", message);
}
