import { TOKEN_WRITE_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import {
  createInstallationId,
  type Installation,
  type InstallationCreate,
  type InstallationUpdate,
} from "../installation.ts";
import { PLATFORMS } from "../platforms.ts";
import type {
  InstallationReader,
  InstallationRepository,
} from "../ports/installation-repository.ts";
import { sealColumn, sealNullable } from "../sealing/sealed-columns.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { type Database, isUniqueViolation } from "./client.ts";
import {
  insert,
  onReinstall,
  remove,
  type SealedInstallation,
  type SealedUpdate,
  select,
  selectPage,
  update,
} from "./installation-statements.ts";

/** Reads installations from PostgreSQL, without their encrypted columns. */
export function createPostgresInstallationReader(database: Database): InstallationReader {
  return {
    find(key) {
      return database.run((sql) => select(sql, key));
    },

    async list(filter, { limit, before }) {
      const rows = await database.run((sql) => selectPage(sql, filter, limit + 1, before));
      return { items: rows.slice(0, limit), hasMore: rows.length > limit };
    },
  };
}

/** Stores installations in PostgreSQL. Tokens and secrets are encrypted before they reach a statement. */
export function createPostgresInstallationRepository(
  database: Database,
  sealer: Sealer,
): InstallationRepository {
  return {
    ...createPostgresInstallationReader(database),

    async create(input) {
      const id = createInstallationId();
      const row = await sealedRow(sealer, id, input);
      try {
        const [created] = await database.run((sql) => insert(sql, row));
        if (created) return created;
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
      }
      // The row may be from a first attempt whose reply was lost.
      const existing = await database.run((sql) => select(sql, { id }));
      if (existing) return existing;
      throw new ServiceError(
        "duplicate_installation",
        `This organization already has an installation on ${PLATFORMS[input.platform].displayName}.`,
      );
    },

    async upsert(input) {
      const id = createInstallationId();
      const row = await sealedRow(sealer, id, input);
      const [installation] = await database.run((sql) => insert(sql, row, onReinstall(sql)), {
        budgetMs: TOKEN_WRITE_MS,
        retryUntilBudget: true,
      });
      if (!installation) throw new ServiceError("server_error", "The installation was not stored.");
      return { installation, created: installation.id === id };
    },

    async update(id, patch) {
      const current = await database.run((sql) => select(sql, { id }));
      if (!current || Object.keys(patch).length === 0) return current;

      const changes = await sealedUpdate(sealer, current, patch);
      const [updated] = await database.run((sql) => update(sql, id, changes));
      return updated;
    },

    async delete(id) {
      const current = await database.run((sql) => select(sql, { id }));
      if (!current) return undefined;

      let attempts = 0;
      const [deleted] = await database.run((sql) => {
        attempts += 1;
        return remove(sql, id);
      });
      // The row may have been deleted by a first attempt whose reply was lost.
      return deleted ?? (attempts > 1 ? current : undefined);
    },
  };
}

async function sealedRow(
  sealer: Sealer,
  id: string,
  input: InstallationCreate,
): Promise<SealedInstallation> {
  const [accessToken, refreshToken, webhookSecret] = await Promise.all([
    sealNullable(sealer, "access_token", input, input.accessToken),
    sealNullable(sealer, "refresh_token", input, input.refreshToken),
    sealColumn(sealer, "webhook_secret", input, input.webhookSecret),
  ]);
  return { ...input, id, accessToken, refreshToken, webhookSecret };
}

async function sealedUpdate(
  sealer: Sealer,
  row: Installation,
  patch: InstallationUpdate,
): Promise<SealedUpdate> {
  const { accessToken = null, refreshToken = null, webhookSecret = null, ...rest } = patch;
  return {
    ...rest,
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
