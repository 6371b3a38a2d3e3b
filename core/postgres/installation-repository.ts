import { TOKEN_WRITE_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import { grantedKey } from "../grants/granted-key.ts";
import {
  createInstallationId,
  createWebhookSecret,
  type Installation,
  type InstallationCreate,
  type InstallationFilter,
  type InstallationUpdate,
} from "../installation.ts";
import { PLATFORMS } from "../platforms.ts";
import { createEventId } from "../ports/installation-events.ts";
import type {
  InstallationReader,
  InstallationRepository,
} from "../ports/installation-repository.ts";
import { sealColumn, sealNullable, sealRegistration } from "../sealing/sealed-columns.ts";
import type { Sealer } from "../sealing/sealer.ts";
import {
  customerOf,
  DEFAULT_CUSTOMER_KEY,
  nameKeyOf,
  type SearchOptions,
  searchKeysOf,
} from "../search-keys.ts";
import { type Database, transaction } from "./client.ts";
import type { Sql } from "./connection.ts";
import { selectAllGrants } from "./distinct-grants.ts";
import { positionOf, selectPage } from "./installation-pages.ts";
import {
  insert,
  onDuplicate,
  remove,
  type SealedInstallation,
  select,
  selectByProviderIds,
  selectGrantVersion,
} from "./installation-statements.ts";
import { type SealedUpdate, update } from "./installation-update-statements.ts";
import { selectSender } from "./origin.ts";
import { insertEvent, selectEvent } from "./pending-events.ts";
import { hasAllSearchKeys } from "./search-key-passes.ts";
import { storeInstall } from "./store-install.ts";
import { countUnanswered } from "./stored-changes.ts";
import { insertUnclaimed, replaceUnclaimed } from "./unclaimed.ts";

/** An update fails if the tokens are being refreshed or installed again. */
const UPDATE_ATTEMPTS = 3;

/** Reads installations from PostgreSQL, without their encrypted columns. */
export function createPostgresInstallationReader(
  database: Database,
  { customerKey = DEFAULT_CUSTOMER_KEY }: SearchOptions = {},
): InstallationReader {
  let hasAllKeys = false;

  /** A search and the list of a customer find by keys, which are there for good once the sweep has stored them. */
  async function findMissingKeys({ search, customer }: InstallationFilter): Promise<boolean> {
    if (search === undefined && customer === undefined) return false;
    hasAllKeys ||= await database.run((sql) => hasAllSearchKeys(sql, customerKey));
    return !hasAllKeys;
  }

  return {
    find(key) {
      return database.run((sql) => select(sql, key));
    },

    findGrantVersion(id) {
      return database.run((sql) => selectGrantVersion(sql, id));
    },

    async findByProviderIds(platform, ids) {
      if (ids.length === 0) return [];
      return database.run((sql) => selectByProviderIds(sql, platform, ids));
    },

    listGrants() {
      return database.run((sql) => selectAllGrants(sql));
    },

    async list(filter, { limit, before }) {
      const lacksKeys = await findMissingKeys(filter);
      const request = { limit: limit + 1, before, customerKey, lacksKeys };
      const rows = await database.run((sql) => selectPage(sql, filter, request));
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(({ sortKey, ...installation }) => installation),
        hasMore: rows.length > limit,
        position: last && positionOf(last),
        isIncomplete: lacksKeys && filter.search !== undefined,
      };
    },
  };
}

/** Stores installations in PostgreSQL. Tokens and secrets are encrypted before they reach a statement. */
export function createPostgresInstallationRepository(
  database: Database,
  sealer: Sealer,
  { customerKey = DEFAULT_CUSTOMER_KEY }: SearchOptions = {},
): InstallationRepository {
  const keysOf = ({ organizationName, metadata }: InstallationUpdate) => ({
    ...(organizationName !== undefined && { nameKey: nameKeyOf(organizationName) }),
    ...(metadata !== undefined && { customer: customerOf(metadata, customerKey) }),
  });

  return {
    ...createPostgresInstallationReader(database, { customerKey }),

    async create(input) {
      const id = createInstallationId();
      const eventId = createEventId();
      const { tokenExpiresAt, refreshTokenExpiresAt, ...fields } = input;
      const row = {
        ...(await sealedRow(sealer, id, fields)),
        searchKeys: searchKeysOf(fields, customerKey),
        tokenExpiry: tokenExpiresAt,
        refreshTokenExpiry: refreshTokenExpiresAt,
      };
      const created = await database.run((sql) =>
        transaction(sql, async (sql) => {
          const inserted = await insert(sql, row, onDuplicate(sql));
          const installation = inserted ?? (await replaceUnclaimed(sql, row));
          if (installation) {
            const event = await insertEvent(sql, toEvent(eventId, installation, "created"));
            return { installation, event };
          }
          // The row may be from a first attempt whose reply was lost.
          const event = await selectEvent(sql, eventId);
          const own = await select(sql, { id: event?.installationId ?? id });
          return own && { installation: own, event: event ?? null };
        }),
      );
      if (created) return created;
      throw new ServiceError(
        "duplicate_installation",
        `This organization already has an installation on ${PLATFORMS[input.platform].displayName}.`,
      );
    },

    async upsert(input, options = {}) {
      const id = createInstallationId();
      const eventId = createEventId();
      const { expiresInSeconds, refreshTokenExpiresInSeconds, ...fields } = input;
      const row = {
        ...(await sealedRow(sealer, id, fields)),
        searchKeys: searchKeysOf(fields, customerKey),
        tokenExpiry: expiresInSeconds,
        refreshTokenExpiry: refreshTokenExpiresInSeconds,
      };
      return database.run(
        countUnanswered((sql, unanswered) =>
          storeInstall(sql, { row, eventId, options, mayBeStored: unanswered > 0 }),
        ),
        { budgetMs: TOKEN_WRITE_MS, retryUntilBudget: true },
      );
    },

    async addUnclaimed(input) {
      const id = createInstallationId();
      const [registration, webhookSecret] = await Promise.all([
        sealRegistration(sealer, input),
        sealColumn(sealer, "webhook_secret", input, createWebhookSecret()),
      ]);
      const key = grantedKey({ ...input, scopes: [] });
      const row = { ...input, id, registration, webhookSecret, grantedKey: key };
      return database.run((sql) => transaction(sql, (sql) => insertUnclaimed(sql, row)));
    },

    findSender(key) {
      return database.run((sql) => selectSender(sql, key));
    },

    async update(id, patch) {
      for (let attempt = 1; attempt <= UPDATE_ATTEMPTS; attempt += 1) {
        const current = await database.run((sql) => select(sql, { id }));
        if (!current || Object.keys(patch).length === 0) return current;

        const changes = { ...(await sealedUpdate(sealer, current, patch)), ...keysOf(patch) };
        const updated = await database.run((sql) => update(sql, id, changes, current));
        if (updated) return updated;
      }
      throw new ServiceError("retry_later", "The tokens are being refreshed. Retry later.", {
        reason: "lease",
      });
    },

    async delete(id, grantVersion) {
      const current = await database.run((sql) => select(sql, { id }));
      if (!current) return undefined;

      const eventId = createEventId();
      return database.run(
        countUnanswered((sql, unanswered) =>
          transaction(sql, async (sql) => {
            const installation = await remove(sql, id, grantVersion);
            if (installation)
              return { installation, event: await storeDeletion(sql, eventId, installation) };

            // The row may have been deleted by an earlier attempt, which then stored the event.
            const event = await selectEvent(sql, eventId);
            if (event) return { installation: current, event };
            const mayBeOwn = unanswered > 0 && isAnnounced(current);
            if (!mayBeOwn || (await select(sql, { id }))) return undefined;
            return { installation: current, event: null };
          }),
        ),
      );
    },
  };
}

/**
 * Stores the event of a deletion, unless the bot was uninstalled before, which had an event of its own, or was
 * connected by nobody.
 */
async function storeDeletion(sql: Sql, eventId: string, installation: Installation) {
  if (isAnnounced(installation)) return null;
  return insertEvent(sql, { ...toEvent(eventId, installation, "uninstalled"), reason: "deleted" });
}

function isAnnounced({ inactiveReason }: Installation): boolean {
  return inactiveReason === "uninstalled" || inactiveReason === "unclaimed";
}

/** Returns the event of an installation that is active or was deleted. */
function toEvent<Type extends "created" | "uninstalled">(
  id: string,
  installation: Installation,
  type: Type,
) {
  const { id: installationId, platform, organizationId, organizationName } = installation;
  const subject = { installationId, platform, organizationId, organizationName };
  return { ...subject, id, type, reason: null, grantEndsAt: null };
}

type UndatedFields = Omit<InstallationCreate, "tokenExpiresAt" | "refreshTokenExpiresAt">;

async function sealedRow(
  sealer: Sealer,
  id: string,
  input: UndatedFields,
): Promise<Omit<SealedInstallation, "searchKeys" | "tokenExpiry" | "refreshTokenExpiry">> {
  const [registration, accessToken, refreshToken, webhookSecret] = await Promise.all([
    sealRegistration(sealer, input),
    sealNullable(sealer, "access_token", input, input.accessToken),
    sealNullable(sealer, "refresh_token", input, input.refreshToken),
    sealColumn(sealer, "webhook_secret", input, input.webhookSecret),
  ]);
  const key = grantedKey(input);
  return { ...input, id, registration, accessToken, refreshToken, webhookSecret, grantedKey: key };
}

async function sealedUpdate(
  sealer: Sealer,
  row: Installation,
  patch: InstallationUpdate,
): Promise<SealedUpdate> {
  const { accessToken = null, refreshToken = null, webhookSecret = null, ...rest } = patch;
  return {
    ...rest,
    ...(patch.scopes && { grantedKey: grantedKey({ ...row, scopes: patch.scopes }) }),
    ...(accessToken !== null && {
      accessToken: await sealColumn(sealer, "access_token", row, accessToken),
    }),
    ...(patch.refreshToken !== undefined && {
      refreshToken: await sealNullable(sealer, "refresh_token", row, refreshToken),
    }),
    ...(webhookSecret !== null && {
      webhookSecret: await sealColumn(sealer, "webhook_secret", row, webhookSecret),
    }),
  };
}
