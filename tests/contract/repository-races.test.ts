import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { grantedKey } from "../../core/grants/granted-key.ts";
import type { Database } from "../../core/postgres/client.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import {
  hold,
  newAppInstallation,
  newInstallation,
  plantIn,
  read,
  readEvents,
  readSecrets,
  type Stores,
  toInstall,
} from "./stores.ts";

/** The actions of another caller between two statements of one method. */
const { sql, sealer, database, connect, createStores } = await startPostgresStores();

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
});

describe("a deletion that the server rejects at its commit", () => {
  /** A repository whose first deletion is rejected by the server, after which another caller deletes. */
  async function rejectFirst(deleteFirst: () => Promise<unknown>) {
    await sql`create sequence if not exists rejections`;
    await sql`
      create or replace function reject_once() returns trigger language plpgsql as $$
        begin
          if nextval('rejections') = 1 then
            raise exception 'change conflicts with another transaction (OC000)'
              using errcode = '40001';
          end if;
          return null;
        end
      $$
    `;
    await sql`
      create constraint trigger reject_once after delete on installations
        deferrable initially deferred for each row execute function reject_once()
    `;
    const caller = connect();
    return createPostgresInstallationRepository(
      {
        ...caller,
        run: (work, options) =>
          caller.run(async (sql) => {
            try {
              return await work(sql);
            } catch (error) {
              await deleteFirst();
              throw error;
            }
          }, options),
      },
      sealer,
    );
  }

  afterEach(async () => {
    await sql`drop trigger if exists reject_once on installations`;
    await sql`drop sequence if exists rejections`;
  });

  test.each([false, true])(
    "is not reported if another caller deleted it, uninstalled before: %s",
    async (isUninstalled) => {
      const { id, token } = await plantIn(stores, newInstallation());
      if (isUninstalled) await stores.tokens.endGrant(token, "uninstalled", null);
      const others: unknown[] = [];
      const mine = await rejectFirst(async () => {
        others.push(await stores.installations.delete(id, 1));
      });

      const deleted = await mine.delete(id, 1);

      expect(others).toMatchObject([{ installation: { id } }]);
      expect(deleted).toBeUndefined();
      expect(await readEvents(stores)).toHaveLength(2);
    },
  );

  test("is tried again, and reported once", async () => {
    const { id } = await plantIn(stores, newInstallation());
    const mine = await rejectFirst(async () => {});

    const deleted = await mine.delete(id, 1);

    expect(deleted?.event).toMatchObject({ type: "uninstalled", reason: "deleted" });
    expect(await readEvents(stores)).toHaveLength(2);
  });
});

describe("a deletion whose first attempt did not reach the server", () => {
  test("is not reported if another caller deleted it", async () => {
    const { id } = await plantIn(stores, newInstallation());
    const caller = connect();
    let attempts = 0;
    const mine = createPostgresInstallationRepository(
      {
        ...caller,
        run: (work, options) =>
          caller.run(async (sql) => {
            attempts += 1;
            if (attempts !== 2) return work(sql);
            // As the attempt before it sees the connection break: the server never answers.
            work(new Proxy(sql, { get: () => () => new Promise(() => {}) })).catch(() => {});
            await stores.installations.delete(id, 1);
            throw Object.assign(new Error("The connection broke."), { code: "ECONNRESET" });
          }, options),
      },
      sealer,
    );

    expect(await mine.delete(id, 1)).toBeUndefined();
    expect(attempts).toBe(3);
    expect(await readEvents(stores)).toHaveLength(2);
  });
});

describe("an update of tokens", () => {
  /** A database on which something happens before each statement, by its number from 1. */
  function interrupted(before: (statement: number) => Promise<void>): Database {
    let statement = 0;
    return {
      ...database,
      async run(work, options) {
        statement += 1;
        await before(statement);
        return database.run(work, options);
      },
    };
  }

  function moveTo(number: number, organizationId: string) {
    const providerInstallationId = String(number);
    return stores.installations.upsert(
      toInstall(
        newAppInstallation({
          organizationId,
          providerInstallationId,
          clientId: `client-${number}`,
        }),
      ),
    );
  }

  test("is encrypted for the registration that the row has by then", async () => {
    const { id, input } = await plantIn(stores, newInstallation());
    const { update } = createPostgresInstallationRepository(
      interrupted(async (statement) => {
        if (statement === 2) await moveTo(1, input.organizationId);
      }),
      sealer,
    );

    await update(id, { accessToken: "gho_FAKE3", refreshToken: "ghr_FAKE3" });

    const token = await read(stores.tokens, id);
    expect(token).toMatchObject({ accessToken: "gho_FAKE3", kind: "github_app" });
    expect(await hold(stores.leases, token)).toMatchObject({ refreshToken: "ghr_FAKE3" });
  });

  test.each([
    ["kind", { accessToken: "gho_FAKE3" }],
    ["provider_installation_id", { accessToken: "gho_FAKE3" }],
    ["client_id", { accessToken: "gho_FAKE3" }],
    // Their hash is that of the app.
    ["client_id", { scopes: ["gist"] }],
  ] as const)(
    "has no effect on a row whose %s changed, and gives up after three attempts: %j",
    async (column, patch) => {
      const { id } = await plantIn(stores, newAppInstallation());
      const values = {
        kind: ["oauth_app", "github_app"],
        provider_installation_id: ["1", null],
        client_id: ["client-2", "client-1"],
      }[column];
      let statements = 0;
      const { update } = createPostgresInstallationRepository(
        interrupted(async (statement) => {
          statements = statement;
          if (statement % 2 === 1) return;
          const value = values[(statement / 2 + 1) % 2] ?? null;
          await sql`update installations set ${sql({ [column]: value })} where id = ${id}`;
        }),
        sealer,
      );

      await expect(update(id, patch)).rejects.toMatchObject({
        code: "retry_later",
      });
      expect(statements).toBe(6);
    },
  );

  test("of scopes leaves the permissions of an App in the list of the grants", async () => {
    const input = newAppInstallation({ scopes: [], permissions: { contents: "read" } });
    const { id } = await plantIn(stores, input);
    const permissions = { contents: "write" };
    const { update } = createPostgresInstallationRepository(
      interrupted(async (statement) => {
        if (statement !== 2) return;
        await stores.tokens.storePermissions(await readSecrets(stores.tokens, id), permissions);
      }),
      sealer,
    );

    await update(id, { scopes: ["repo"] });

    const { grants } = await stores.installations.listGrants();
    expect(grants[0]?.key).toBe(grantedKey({ ...input, permissions }));
  });

  test("does not depend on the registration for other fields", async () => {
    const { id, input } = await plantIn(stores, newInstallation());
    const { update } = createPostgresInstallationRepository(
      interrupted(async (statement) => {
        if (statement === 2) await moveTo(1, input.organizationId);
      }),
      sealer,
    );

    await update(id, { webhookSecret: "webhook-secret-2", isActive: false });

    expect(await stores.tokens.findWebhookSecret({ id })).toBe("webhook-secret-2");
  });
});
