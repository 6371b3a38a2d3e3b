import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import postgres from "postgres";
import { signIamToken } from "../../functions/environment/iam-token.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { createCertificateAuthority } from "./certificates.ts";
import { startDsqlFront } from "./dsql-front.ts";
import type { DsqlCluster } from "./dsql-gateway.ts";
import { endDsqlJobs, installDsqlJobs } from "./dsql-jobs.ts";
import { createMessageReader, errorMessage, passwordMessage } from "./postgres-messages.ts";
import { listenOnFreePort } from "./tcp-proxy.ts";
import { startTlsFront } from "./tls-front.ts";

const HOST = "localhost";
const ADMIN_PASSWORD = "emulated-cluster-canary";
const JOBS_MS = 200;

/** The credentials of AWS that the cluster accepts; they exist nowhere else. */
export const EMULATED_CREDENTIALS = {
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAEMULATED",
  AWS_SECRET_ACCESS_KEY: "emulated-secret",
};

const REFUSED_TOKEN = errorMessage({
  S: "FATAL",
  V: "FATAL",
  C: "28000",
  M: "unable to accept connection, access denied",
});

export interface EmulatedCluster extends DsqlCluster {
  readonly certificateAuthority: string;
  close(): Promise<void>;
}

/**
 * Starts a PostgreSQL that demands TLS and a token of `admin`, has one database, builds indexes in the
 * background, and refuses to all sessions the statements that Aurora DSQL does not take.
 */
export async function startEmulatedCluster(): Promise<EmulatedCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-cluster-"));
  await chmod(folder, 0o755);
  const hbaFile = path.join(folder, "pg_hba.conf");
  await writeFile(hbaFile, "host all all 127.0.0.1/32 password\n", { mode: 0o644 });
  const server = await startPostgres({ settings: { hba_file: hbaFile } });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create role admin superuser login password '${ADMIN_PASSWORD}'`);
  await sql`alter database postgres set default_transaction_isolation = 'repeatable read'`;
  await installDsqlJobs(sql);
  const jobs = setInterval(() => void endDsqlJobs(sql, "completed").catch(() => {}), JOBS_MS);

  const authority = createCertificateAuthority();
  const front = await startDsqlFront(
    { port: Number(new URL(server.url).port) },
    { spareTests: false },
  );
  const checked = await startTokenCheck(front);
  const secured = await startTlsFront(checked, authority.issue(HOST));
  return {
    host: HOST,
    port: secured.port,
    certificateAuthority: authority.cert,
    signToken: () =>
      signIamToken({ engine: "dsql", host: HOST, port: secured.port, user: "admin" }),
    async close() {
      clearInterval(jobs);
      await sql.end();
      await secured.close();
      await checked.close();
      await front.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts a proxy that replaces a token that is valid by the password of the role. */
async function startTokenCheck(target: { readonly port: number }) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: target.port, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    const readRequests = createMessageReader();
    client.on("data", async (bytes) => {
      for (const message of readRequests(bytes)) {
        if (message.type !== "p") upstream.write(message.bytes);
        else if (await isValidToken(message.text().slice(0, -1))) {
          upstream.write(passwordMessage(ADMIN_PASSWORD));
        } else client.end(REFUSED_TOKEN);
      }
    });
    upstream.pipe(client);
  });
  return listenOnFreePort(server, sockets);
}

/** Returns whether a token is what AWS would sign at its time, for `admin` of this cluster. */
async function isValidToken(token: string): Promise<boolean> {
  const { searchParams, host } = new URL(`https://${token}`);
  const time = searchParams.get("X-Amz-Date") ?? "";
  const signingDate = new Date(time.replace(/^(....)(..)(.{5})(..)/, "$1-$2-$3:$4:"));
  if (host !== HOST || Number.isNaN(signingDate.getTime())) return false;
  const signer = new SignatureV4({
    service: "dsql",
    region: EMULATED_CREDENTIALS.AWS_REGION,
    credentials: {
      accessKeyId: EMULATED_CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: EMULATED_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    },
    sha256: Sha256,
  });
  const request = {
    method: "GET",
    protocol: "https:",
    hostname: HOST,
    path: "/",
    query: { Action: "DbConnectAdmin" },
    headers: { host: HOST },
  };
  const signed = await signer.presign(request, { signingDate, expiresIn: 900 });
  return signed.query?.["X-Amz-Signature"] === searchParams.get("X-Amz-Signature");
}
