import postgres from "postgres";

const WRONG_PASSWORD = "28P01";

/**
 * Changes the password of the user in a URL from a former one to the one in the URL, unless it is that already.
 * Returns false if the server accepts neither.
 */
export async function replacePassword(url: string, former: string): Promise<boolean> {
  if (await accepts(url)) return true;
  const formerUrl = new URL(url);
  formerUrl.password = encodeURIComponent(former);
  if (!(await accepts(formerUrl.href))) return false;
  const { username, password } = new URL(url);
  await query(formerUrl.href, async (sql) => {
    // A statement that changes a role takes no parameters.
    const [row] = await sql<[{ statement: string }]>`
      select format('alter role %I password %L', ${decodeURIComponent(username)}::text,
        ${decodeURIComponent(password)}::text) as statement
    `;
    await sql.unsafe(row.statement);
  });
  return true;
}

async function accepts(url: string): Promise<boolean> {
  try {
    await query(url, (sql) => sql`select 1`);
    return true;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === WRONG_PASSWORD) return false;
    throw error;
  }
}

async function query(url: string, run: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await run(sql);
  } finally {
    await sql.end();
  }
}
