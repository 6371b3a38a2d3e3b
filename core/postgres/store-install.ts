import type postgres from "postgres";
import { ServiceError } from "../errors.ts";
import type { Installation } from "../installation.ts";
import { invalidLink } from "../ports/install-links.ts";
import type { Change } from "../ports/installation-events.ts";
import type { InstallOptions } from "../ports/installation-repository.ts";
import {
  type Binding,
  type BoundInstallation,
  decideRebinding,
  requireUnpinned,
  UNBOUND,
} from "../ports/rebinding.ts";
import { selectBound, whereStill } from "./bound-installation.ts";
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
import { insertEvent, selectEvent } from "./pending-events.ts";

/** An installation is seldom changed by two others between the decision about it and the write. */
const ATTEMPTS = 5;

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
  const { refusesSharedAccounts = false, ...given } = options;
  const binding = { ...UNBOUND, ...given };
  // The tokens of an earlier attempt may have been refreshed since: do not write them again.
  const own = mayBeStored ? await selectEvent(sql, eventId) : undefined;
  if (own) {
    const installation = await select(sql, { id: own.installationId });
    return installation && { installation, created: installation.id === row.id, event: own };
  }

  const bound = await selectBound(sql, row, binding.customer);
  const isRebinding =
    bound !== undefined && decideRebinding(bound, binding, row.installedById) === "rebind";
  const installation = isRebinding
    ? await replace(sql, row, bound, binding)
    : await insert(sql, row, bound ? onSame(sql, bound, binding) : onDuplicate(sql));
  if (!installation) return undefined;

  if (refusesSharedAccounts && installation.hasSharedAccount) throw sharedAccount();
  const created = installation.id === row.id;
  if (created) requireUnpinned(binding);
  const { link } = binding;
  if (link && !(await consumeLink(sql, link.id, installation.id))) throw invalidLink("used");

  const { id: installationId, platform, organizationId, organizationName } = installation;
  const event = await insertEvent(sql, {
    id: eventId,
    type: isRebinding ? "rebound" : created ? "created" : "reinstalled",
    installationId,
    platform,
    organizationId,
    organizationName,
    reason: null,
    grantEndsAt: null,
    installerChanged: !created && bound?.installedById !== row.installedById,
    previousInstallationId: isRebinding ? bound.id : null,
  });
  return { installation, created, event };
}

function onSame(sql: Sql, bound: BoundInstallation, { customer }: Binding) {
  return sql`${onReinstall(sql)} where ${whereStill(sql, bound, customer)}`;
}

/** Deletes an installation, and stores the new one of the same organization. */
async function replace(
  sql: Sql,
  row: SealedInstallation,
  bound: BoundInstallation,
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

function contended(): ServiceError {
  const message = "The installation is being changed. Retry later.";
  return new ServiceError("retry_later", message, { reason: "contended" });
}

function sharedAccount(): ServiceError {
  const message = "The account that authorized the bot is used for another organization already.";
  return new ServiceError("shared_account", message);
}
