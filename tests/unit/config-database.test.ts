import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { readDatabaseConfig } from "../../functions/environment/config.ts";
import { createCertificateAuthority } from "../support/certificates.ts";

const SERVER = { DB_HOST: "db.internal", DB_NAME: "grantkeep", DB_SECRET_ARN: "arn:database" };

function set(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(DATABASE_|DB_|PG)/.test(name)) vi.stubEnv(name, undefined);
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a database that is named by its server", () => {
  test("has the port of PostgreSQL, and its password in a secret", async () => {
    set(SERVER);

    expect(await readDatabaseConfig()).toEqual({
      host: "db.internal",
      port: 5432,
      database: "grantkeep",
      secretArn: "arn:database",
      pooled: false,
    });
  });

  test("may have another port", async () => {
    set({ ...SERVER, DB_PORT: "6432" });

    expect(await readDatabaseConfig()).toMatchObject({ port: 6432 });
  });

  test.each(["0", "65536", "-1", "5432 ", "1e3", "canary"])(
    "is refused with the port %j, by name and without its value",
    async (DB_PORT) => {
      set({ ...SERVER, DB_PORT });

      await expect(readDatabaseConfig()).rejects.toThrow(refusalOf("DB_PORT"));
    },
  );

  test("may be Aurora DSQL, whose user logs in with IAM", async () => {
    set({ DB_ENGINE: "dsql", DB_HOST: "x.on.aws", DB_NAME: "postgres", DB_USER: "grantkeep_a-1" });

    expect(await readDatabaseConfig()).toEqual({
      engine: "dsql",
      host: "x.on.aws",
      port: 5432,
      database: "postgres",
      iamUser: "grantkeep_a-1",
      pooled: false,
    });
  });

  test.each([
    ["DB_ENGINE", "canary"],
    ["DB_USER", "canary; drop"],
  ])("is refused with a malformed %s, by name and without its value", async (name, value) => {
    set({ ...SERVER, [name]: value });

    await expect(readDatabaseConfig()).rejects.toThrow(refusalOf(name));
  });

  test.each(["DB_HOST", "DB_NAME", "DB_SECRET_ARN"])("needs %s", async (name) => {
    set({ ...SERVER, [name]: "" });

    await expect(readDatabaseConfig()).rejects.toThrow(refusalOf(name));
  });
});

describe("a database that is named by a URL", () => {
  test("wins over a server, and an empty URL is none", async () => {
    set({ ...SERVER, DATABASE_URL: "postgres://user:secret@db.example/app" });
    expect(await readDatabaseConfig()).toMatchObject({ host: "db.example" });

    set({ DATABASE_URL: "" });
    expect(await readDatabaseConfig()).toMatchObject({ host: "db.internal" });
  });

  test("has user, password and name decoded, and the port of PostgreSQL", async () => {
    set({ DATABASE_URL: "postgresql://us%40er:p%2F%3A%25@db.example/my%20app" });

    expect(await readDatabaseConfig()).toEqual({
      host: "db.example",
      port: 5432,
      database: "my app",
      username: "us@er",
      password: "p/:%",
      tlsOnLoopback: false,
      pooled: false,
    });
  });

  test("may be at an IPv6 address", async () => {
    set({ DATABASE_URL: "postgres://user:secret@[::1]:6432/app" });

    expect(await readDatabaseConfig()).toMatchObject({ host: "::1", port: 6432 });
  });

  test("has nothing of its query read but sslmode", async () => {
    const query =
      "sslrootcert=/etc/ca&options=-c%20statement_timeout%3D0&host=evil.example&prepare=false";
    set({ DATABASE_URL: `postgres://user:secret@db.example/app?${query}` });

    expect(await readDatabaseConfig()).toEqual({
      host: "db.example",
      port: 5432,
      database: "app",
      username: "user",
      password: "secret",
      tlsOnLoopback: false,
      pooled: false,
    });
  });

  test.each([
    ["require", true],
    ["verify-ca", true],
    ["verify-full", true],
    ["prefer", false],
    ["allow", false],
    ["disable", false],
    ["no-verify", false],
  ])("can with sslmode=%s only ask for TLS on loopback: %s", async (sslmode, tlsOnLoopback) => {
    set({ DATABASE_URL: `postgres://user:secret@db.example/app?sslmode=${sslmode}` });

    expect(await readDatabaseConfig()).toEqual({
      host: "db.example",
      port: 5432,
      database: "app",
      username: "user",
      password: "secret",
      tlsOnLoopback,
      pooled: false,
    });
  });

  test.each([
    ["another scheme", "mysql://user:canary@db.example/app"],
    ["no server", "postgres:///canary"],
    ["no database", "postgres://user:canary@db.example"],
    ["a bare percent sign in the password", "postgres://user:canary100%@db.example/app"],
    ["a port that is none", "postgres://user:canary@db.example:port/app"],
    ["no URL at all", "canary"],
  ])("is refused with %s, by name and without its value", async (_, DATABASE_URL) => {
    set({ DATABASE_URL });

    await expect(readDatabaseConfig()).rejects.toThrow(refusalOf("DATABASE_URL"));
  });
});

describe("what is true of any database", () => {
  test.each([
    ["true", true],
    ["false", false],
    ["", false],
  ])("DATABASE_POOLED=%s is read as %s", async (DATABASE_POOLED, pooled) => {
    set({ ...SERVER, DATABASE_POOLED });

    expect(await readDatabaseConfig()).toMatchObject({ pooled });
  });

  test("DATABASE_POOLED is refused when it is neither, by name", async () => {
    set({ ...SERVER, DATABASE_POOLED: "canary" });

    await expect(readDatabaseConfig()).rejects.toThrow(refusalOf("DATABASE_POOLED"));
  });

  test("its authorities may be given as PEM or as the path of a file", async () => {
    const { cert } = createCertificateAuthority();
    const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-ca-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, "ca.pem");
    await writeFile(file, cert);

    set({ ...SERVER, DATABASE_CA: cert });
    expect(await readDatabaseConfig()).toMatchObject({ certificateAuthorities: [cert] });

    set({ ...SERVER, DATABASE_CA: file });
    expect(await readDatabaseConfig()).toMatchObject({ certificateAuthorities: [cert] });
  });

  test("its authorities in a file that is not there are refused, by name and without the path", async () => {
    set({ ...SERVER, DATABASE_CA: "/nowhere/canary.pem" });

    await expect(readDatabaseConfig()).rejects.toThrow(refusalOf("DATABASE_CA"));
  });
});

/** The whole message: it names the variable, and has no room for the value. */
function refusalOf(name: string): RegExp {
  return new RegExp(`^The environment variable ${name} is missing or malformed\\.$`);
}
