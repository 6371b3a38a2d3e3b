import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { runProcess } from "../support/commands.ts";

const DOCS = path.resolve(import.meta.dirname, "../../docs");
const BLOCK = /^( *)```sh\n(?<code>[\s\S]*?)^\1```$/gm;

/** Every secret that a command of the documents reads from the shell. */
const SECRETS = {
  AWS_SECRET_ACCESS_KEY: "CANARY-aws-secret",
  AWS_SESSION_TOKEN: "CANARY-aws-session",
  CLIENT_SECRET: "CANARY-client",
  DATABASE_URL: "postgres://user:CANARY-database@db.example.com/bot",
  NANGO_SECRET_KEY: "CANARY-nango",
  NEW: "CANARY-new",
  PGPASSWORD: "CANARY-postgres",
  SIGNING_SECRET: "CANARY-signing",
  WEBHOOK_SECRET: "CANARY-webhook",
};
const STUBS = ["aws", "curl", "jq", "npx", "psql"];

const folder = await mkdtemp(path.join(tmpdir(), "gk-docs-"));
const bin = path.join(folder, "bin");
const calls = path.join(folder, "calls");
const work = path.join(folder, "work");

await mkdir(bin);
for (const name of STUBS) await writeStub(name);

/** Writes a program that records its arguments, the files that it could read, and prints what it reads. */
async function writeStub(name: string): Promise<void> {
  const script = `#!/usr/bin/env bash
    printf '%s\\n' "${name} $*" >> "${calls}"
    case "${name} $*" in
      psql*) printf 'token\\n' ;;
      "curl -s"*) cat "$3" >> "${folder}/sent"; printf 'connections\\n' ;;
      "jq -r"*) printf 'one\\tslack\\ntwo\\tjira\\n' ;;
      "npx grantkeep import"*) ls -l "$3" >> "${folder}/modes" ;;
      "jq -n"* | npx* | *get-secret-value*) printf '{}\\n' ;;
      *) cat ;;
    esac
  `;
  await writeFile(path.join(bin, name), script);
  await chmod(path.join(bin, name), 0o755);
}

beforeEach(async () => {
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  for (const name of ["calls", "modes", "sent"]) await writeFile(path.join(folder, name), "");
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs a block as it is documented, with the lines that ask for a secret left out. */
async function run(code: string): Promise<void> {
  const lines = code.split("\n").filter((line) => !/^ *read -rs /.test(line));
  // A name in angle brackets is the reader's to fill in.
  const script = lines.join("\n").replaceAll(/<([a-z ]+)>/g, "example");
  const variables = Object.entries(SECRETS).map(([name, value]) => `${name}='${value}'`);
  // They are variables of the shell that typed them, not of the environment.
  const setUp = `export PATH="${bin}:$PATH"; cd "${work}"; umask 022; exec </dev/null; ${variables.join("; ")};`;
  const { code: status, stderr } = await runProcess("bash", ["-c", `${setUp}\n${script}`], {});
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

async function blocksOf(document: string): Promise<string[]> {
  const text = await readFile(path.join(DOCS, document), "utf8");
  const blocks = [...text.matchAll(BLOCK)].map(({ groups }) => groups?.code ?? "");
  const names = Object.keys(SECRETS).join("|");
  return blocks.filter((code) => new RegExp(`\\$(${names})\\b|umask`).test(code));
}

const documented = await Promise.all(
  ["deploy.md", "import-export.md", "keys.md", "operate.md"].map(async (name) =>
    (await blocksOf(name)).map((code, index) => ({ name, number: index + 1, code })),
  ),
);

describe("C2 a documented command", () => {
  test.each(documented.flat())("of $name shows no secret in ps ($number)", async ({ code }) => {
    await run(code);

    const recorded = await readFile(calls, "utf8");
    expect(recorded).not.toBe("");
    expect(recorded).not.toContain("CANARY");
  });

  test.each([
    ["psql", "grants.ndjson"],
    ["nango", "connections.ndjson"],
  ])("that uses %s writes tokens for their owner alone, and deletes them", async (name, file) => {
    const block = (await blocksOf("import-export.md")).find((code) => code.includes(name));
    await run(block ?? "");

    const modes = (await readFile(path.join(folder, "modes"), "utf8")).trim().split("\n");
    expect(modes).toEqual([expect.stringMatching(new RegExp(`^-rw------- .* ${file}$`))]);
    await expect(readFile(path.join(work, file))).rejects.toThrow("ENOENT");
  });

  test("sends the secret to Nango nevertheless", async () => {
    const block = (await blocksOf("import-export.md")).find((code) => code.includes("nango"));
    await run(block ?? "");

    const header = 'header = "Authorization: Bearer CANARY-nango"';
    expect(await readFile(path.join(folder, "sent"), "utf8")).toBe(header.repeat(3));
  });
});
