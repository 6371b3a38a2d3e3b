import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findAccount, giveTo } from "../../local/postgres/account.ts";
import { createCertificateAuthority } from "../../tests/support/certificates.ts";

/** The settings with which PostgreSQL accepts TLS, and the authority that its clients trust. */
interface DatabaseTls {
  readonly settings: Readonly<Record<string, string>>;
  readonly authority: string;
}

/** Creates a certificate for a server on loopback, and deletes it after `use`. */
export async function withDatabaseTls<Result>(
  use: (tls: DatabaseTls) => Promise<Result>,
): Promise<Result> {
  const authority = createCertificateAuthority();
  const { cert, key } = authority.issue("127.0.0.1", "localhost");
  const account = await findAccount();
  const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-tls-"));
  const files = { ssl_cert_file: cert, ssl_key_file: key };
  const settings: Record<string, string> = { ssl: "on" };
  try {
    await giveTo(account, folder);
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, `${name}.pem`);
      // PostgreSQL refuses a key that others can read.
      await writeFile(file, text, { mode: 0o600 });
      await giveTo(account, file);
      settings[name] = file;
    }
    return await use({ settings, authority: authority.cert });
  } finally {
    await rm(folder, { recursive: true });
  }
}
