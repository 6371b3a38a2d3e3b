import postgres from "postgres";
import { createCertificateAuthority } from "../../tests/support/certificates.ts";

/** Enables TLS on a server with a certificate for `localhost`, and returns the certificate authority in PEM. */
export async function startTls(url: URL): Promise<string> {
  const authority = createCertificateAuthority();
  const { key, cert } = authority.issue("localhost");
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  await write(sql, "server.key", key);
  await write(sql, "server.crt", cert);
  await sql`alter system set ssl = on`;
  await sql`select pg_reload_conf()`;
  await sql.end();
  return authority.cert;
}

/** Writes a file to the data folder as the server's user. PostgreSQL rejects keys that other users can read. */
async function write(sql: postgres.Sql, file: string, text: string): Promise<void> {
  await sql.unsafe(
    `copy (select '${text}') to program 'umask 077 && printf %b "$(cat)" > ${file}'`,
  );
}
