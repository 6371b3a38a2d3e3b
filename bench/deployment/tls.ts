import postgres from "postgres";
import { createCertificateAuthority } from "../../tests/support/certificates.ts";

/** Makes a server speak TLS with a certificate for `localhost`, and answers its authority in PEM. */
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

/** Into the server's data folder, as its own user: it takes no key that others can read. */
async function write(sql: postgres.Sql, file: string, text: string): Promise<void> {
  await sql.unsafe(
    `copy (select '${text}') to program 'umask 077 && printf %b "$(cat)" > ${file}'`,
  );
}
