import { ServiceError } from "../errors.ts";
import type {
  Installation,
  InstallationCreate,
  InstallationKey,
  InstallationUpdate,
} from "../installation.ts";
import { createInstallationId } from "../installation-id.ts";
import type { InstallationRepository } from "../installation-repository.ts";
import type { StoredToken, TokenStore } from "../token-store.ts";

interface Row extends Omit<Installation, "hasRefreshToken"> {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly webhookSecret: string;
  readonly tokenStoredAt: Date;
  readonly tokenVersion: number;
}

/** Keeps installations and their tokens in one process, unsealed: for tests and experiments. */
export function createMemoryInstallations(): InstallationRepository & TokenStore {
  const rows = new Map<string, Row>();

  function store(row: Row): Installation {
    rows.set(row.id, row);
    return toInstallation(row);
  }

  function findRow(key: InstallationKey): Row | undefined {
    if ("id" in key) return rows.get(key.id);
    return [...rows.values()].find(
      (row) => row.platform === key.platform && row.organizationId === key.organizationId,
    );
  }

  return {
    async create(input) {
      if (findRow(input)) {
        throw new ServiceError(
          "duplicate_installation",
          `This organization has an installation on ${input.platform} already.`,
        );
      }
      return store(newRow(input));
    },

    async upsert(input) {
      const existing = findRow(input);
      if (!existing) return { installation: store(newRow(input)), created: true };
      return { installation: store(reinstalled(existing, input)), created: false };
    },

    async find(key) {
      const row = findRow(key);
      return row && toInstallation(row);
    },

    async list({ platform, organizationId, isActive }, { limit, before }) {
      const items = [...rows.values()]
        .filter((row) => platform === undefined || row.platform === platform)
        .filter((row) => organizationId === undefined || row.organizationId === organizationId)
        .filter((row) => isActive === undefined || row.isActive === isActive)
        .filter((row) => before === undefined || row.id < before)
        .sort((one, other) => (one.id < other.id ? 1 : -1))
        .map(toInstallation);
      return { items: items.slice(0, limit), hasMore: items.length > limit };
    },

    async update(id, patch) {
      const row = rows.get(id);
      if (!row || Object.keys(patch).length === 0) return row && toInstallation(row);
      return store(patched(row, patch));
    },

    async delete(id) {
      return rows.delete(id);
    },

    async findToken(key) {
      const row = findRow(key);
      return row && toToken(row);
    },

    async findWebhookSecret(key) {
      return findRow(key)?.webhookSecret;
    },

    async requireReauthorization({ installationId, tokenVersion }, error) {
      const row = rows.get(installationId);
      if (!row?.isActive || row.tokenVersion !== tokenVersion) return;
      store({
        ...row,
        isActive: false,
        inactiveReason: "reauthorization_required",
        lastRefreshError: error,
      });
    },
  };
}

function newRow(input: InstallationCreate): Row {
  const now = new Date();
  return {
    ...input,
    id: createInstallationId(),
    isActive: true,
    inactiveReason: null,
    lastRefreshedAt: null,
    lastRefreshError: null,
    installedAt: now,
    updatedAt: now,
    tokenStoredAt: now,
    tokenVersion: 1,
  };
}

function reinstalled(row: Row, input: InstallationCreate): Row {
  return {
    ...row,
    ...input,
    webhookSecret: row.webhookSecret,
    metadata: { ...row.metadata, ...input.metadata },
    isActive: true,
    inactiveReason: null,
    lastRefreshError: null,
    updatedAt: new Date(),
    tokenStoredAt: new Date(),
    tokenVersion: row.tokenVersion + 1,
  };
}

function patched(row: Row, patch: InstallationUpdate): Row {
  const { isActive, ...fields } = patch;
  const changesTokens = ["accessToken", "refreshToken", "tokenExpiresAt"].some(
    (key) => key in patch,
  );
  const isHealed = changesTokens && row.inactiveReason === "reauthorization_required";
  const active = isActive ?? (row.isActive || isHealed);
  return {
    ...row,
    ...(patch.accessToken !== undefined && { tokenExpiresAt: null }),
    ...(patch.refreshToken !== undefined && { refreshTokenExpiresAt: null }),
    ...(changesTokens && {
      lastRefreshError: null,
      tokenStoredAt: new Date(),
      tokenVersion: row.tokenVersion + 1,
    }),
    ...fields,
    isActive: active,
    inactiveReason: active ? null : isActive === false ? "disabled" : row.inactiveReason,
    updatedAt: new Date(),
  };
}

function toInstallation(row: Row): Installation {
  const { accessToken: _, refreshToken, webhookSecret: __, tokenVersion: ___, ...rest } = row;
  return { ...rest, hasRefreshToken: refreshToken !== null };
}

function toToken(row: Row): StoredToken {
  const { id, accessToken, tokenExpiresAt, tokenStoredAt, tokenVersion } = row;
  const secondsFrom = (start: number) =>
    tokenExpiresAt && (tokenExpiresAt.getTime() - start) / 1000;
  return {
    ...toInstallation(row),
    installationId: id,
    accessToken: row.isActive ? accessToken : null,
    expiresAt: tokenExpiresAt,
    lifeLeftSeconds: secondsFrom(Date.now()),
    lifetimeSeconds: secondsFrom(tokenStoredAt.getTime()),
    isCoolingDown: false,
    tokenVersion,
  };
}
