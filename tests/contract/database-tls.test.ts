import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createDatabase, type Database, transaction } from "../../core/postgres/client.ts";
import type { ConnectionSettings, Sql } from "../../core/postgres/connection.ts";
import { readDatabaseConfig } from "../../functions/environment/config.ts";
import { readConnectionSettings } from "../../functions/environment/database-settings.ts";
import {
  type Certificate,
  createCertificateAuthority,
  createSelfSignedCertificate,
} from "../support/certificates.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { startTlsFront } from "../support/tls-front.ts";

/** A name that resolves to loopback, in a spelling that is not recognized as loopback. */
const OTHER_HOST = "LOCALHOST";

const { settings, drop } = await createEmptyDatabase();
const authority = createCertificateAuthority();
const certificateAuthorities = [authority.cert];

afterAll(drop);

function open(changes: Partial<ConnectionSettings>): Database {
  const database = createDatabase(async () => ({ ...settings, ...changes }));
  onTestFinished(() => database.close());
  return database;
}

async function startFront(certificate: Certificate) {
  const front = await startTlsFront(settings, certificate);
  onTestFinished(() => front.close());
  return front;
}

const selectCanary = (sql: Sql) => sql<{ answer: string }[]>`select 'canary' as answer`;

describe("a server elsewhere", () => {
  test("is used if its certificate is for its name and from a trusted authority", async () => {
    const front = await startFront(authority.issue("localhost"));
    const database = open({ host: OTHER_HOST, port: front.port, certificateAuthorities });

    expect(await database.run(selectCanary)).toEqual([{ answer: "canary" }]);

    expect(front.received()).toContain("canary");
  });

  test("that is slow completes a transaction in one attempt, as long as it responds", async () => {
    const front = await startFront(authority.issue("localhost"));
    const database = open({ host: OTHER_HOST, port: front.port, certificateAuthorities });
    let attempts = 0;

    const rows = await database.run((sql) =>
      transaction(sql, async (sql) => {
        attempts += 1;
        for (let count = 0; count < 5; count += 1) await sql`select pg_sleep(0.3)`;
        return selectCanary(sql);
      }),
    );

    expect(rows).toEqual([{ answer: "canary" }]);
    expect(attempts).toBe(1);
  });

  test("receives the requested name (SNI), so that it can serve many", async () => {
    const front = await startFront(authority.issue("localhost"));
    const database = open({ host: OTHER_HOST, port: front.port, certificateAuthorities });

    await database.run(selectCanary);

    expect(front.serverNames()).toEqual([OTHER_HOST]);
  });

  const impostors: [string, Certificate][] = [
    ["a self-signed certificate", createSelfSignedCertificate("localhost")],
    ["a certificate for another name", authority.issue("database.example")],
    [
      "a certificate of an unknown authority",
      createCertificateAuthority("Other CA").issue("localhost"),
    ],
    ["a certificate of a namesake authority", createCertificateAuthority().issue("localhost")],
  ];

  test.each(impostors)("with %s receives nothing", async (_, certificate) => {
    const front = await startFront(certificate);
    const database = open({ host: OTHER_HOST, port: front.port, certificateAuthorities });

    await expect(database.run(selectCanary)).rejects.toMatchObject({ code: "retry_later" });

    expect(front.received()).toBe("");
  });

  test("needs a certificate that Node trusts, unless an authority is given", async () => {
    const front = await startFront(authority.issue("localhost"));
    const database = open({ host: OTHER_HOST, port: front.port });

    await expect(database.run(selectCanary)).rejects.toMatchObject({ code: "retry_later" });

    expect(front.received()).toBe("");
  });

  test("is verified even if the environment disables that in Node", async () => {
    onTestFinished(() => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    });
    // Node prints a warning about this variable.
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const front = await startFront(createSelfSignedCertificate("localhost"));
    const database = open({ host: OTHER_HOST, port: front.port });

    await expect(database.run(selectCanary)).rejects.toMatchObject({ code: "retry_later" });

    expect(front.received()).toBe("");
  });

  test.each(["disable", "allow", "prefer", "no-verify", "require"])(
    "without TLS gets no startup packet, whatever the URL requests: sslmode=%s",
    async (sslmode) => {
      const proxy = await startTcpProxy(settings);
      onTestFinished(() => proxy.close());
      const database = open(await settingsOfUrl(proxy.port, sslmode));

      const run = database.run(selectCanary, { budgetMs: 200 });

      await expect(run).rejects.toMatchObject({ code: "retry_later" });
      expect(proxy.accepted()).toBeGreaterThan(0);
      expect(proxy.received()).not.toMatch(/user\0|database\0|canary/);
    },
  );
});

describe("a server on loopback", () => {
  test("may be used without TLS", async () => {
    const database = open({});

    expect(await database.run(selectCanary)).toEqual([{ answer: "canary" }]);
  });

  test("with TLS is verified by its address", async () => {
    const front = await startFront(authority.issue("127.0.0.1"));
    const database = open({ port: front.port, tlsOnLoopback: true, certificateAuthorities });

    expect(await database.run(selectCanary)).toEqual([{ answer: "canary" }]);

    expect(front.received()).toContain("canary");
  });

  test("with TLS is refused with a certificate for another name", async () => {
    const front = await startFront(authority.issue("localhost"));
    const database = open({ port: front.port, tlsOnLoopback: true, certificateAuthorities });

    await expect(database.run(selectCanary)).rejects.toMatchObject({ code: "retry_later" });

    expect(front.received()).toBe("");
  });
});

/** Returns the settings that the product reads from a URL of the test database on another host. */
async function settingsOfUrl(port: number, sslmode: string): Promise<ConnectionSettings> {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { username, password } = await settings.credentials({ reload: false });
  const server = `${username}:${password}@${OTHER_HOST}:${port}`;
  vi.stubEnv("DATABASE_URL", `postgres://${server}/${settings.database}?sslmode=${sslmode}`);
  const secrets = { read: () => Promise.reject(new Error("There is no secret.")) };
  return readConnectionSettings(await readDatabaseConfig(), secrets);
}
