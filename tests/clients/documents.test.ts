import { spawnSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** The compiler reads the types of all libraries: half a minute on a busy machine. */
const SLOW = { timeout: 300_000 };

const FOLDER = path.join(import.meta.dirname, "node_modules/.documents");

/** The names that the snippets leave out, because they are the bot's own. */
const GLOBALS = `
import type { Grantkeep, TokenKey, Token } from "@grantkeep/client";
declare global {
  var grantkeep: Grantkeep;
  var key: { readonly platform: "github"; readonly organizationId: number };
  var token: Token;
  var owner: string, repo: string, cloudId: string;
  var call: (accessToken: string) => Promise<Response>;
  var work: () => Promise<void>;
  var sendReconnectLink: () => Promise<void>;
  var triage: (installationId: string | null, body: unknown) => Promise<void>;
}
`;

const OPTIONS = {
  extends: "../../../../tsconfig.json",
  compilerOptions: {
    typeRoots: ["../../../../node_modules/@types"],
    noUnusedLocals: false,
    // A handler may return early.
    noImplicitReturns: false,
  },
};

async function snippetsOf(document: string): Promise<string[]> {
  const text = await readFile(path.join(ROOT, document), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

test(
  "every TypeScript snippet of the documents compiles against the packed client",
  SLOW,
  async () => {
    await mkdir(FOLDER, { recursive: true });
    onTestFinished(() => rm(FOLDER, { recursive: true }));
    await writeFile(path.join(FOLDER, "package.json"), '{ "type": "module" }');
    await writeFile(path.join(FOLDER, "globals.ts"), GLOBALS);
    const files = ["globals.ts"];
    for (const document of ["docs/clients.md", "clients/typescript/README.md"]) {
      for (const code of await snippetsOf(document)) {
        // A function of its own may return and await.
        const [imports, body] = split(code);
        const program = `${imports}\nexport async function snippet() {\n${body}\n}\n`;
        const file = `snippet-${files.length}.ts`;
        await writeFile(path.join(FOLDER, file), program);
        files.push(file);
      }
    }
    await writeFile(path.join(FOLDER, "tsconfig.json"), JSON.stringify({ ...OPTIONS, files }));

    const compiler = path.join(ROOT, "node_modules/.bin/tsc");
    const { stdout, status } = spawnSync(compiler, ["-p", FOLDER], { encoding: "utf8" });

    expect(files.length).toBeGreaterThan(8);
    expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
  },
);

/** Returns the imports of a snippet, and the rest without its exports, which a function cannot have. */
function split(code: string): [string, string] {
  const imports = [...code.matchAll(/^import [^;]+;$/gm)].map(([line]) => line).join("\n");
  const body = code.replaceAll(/^import [^;]+;$/gm, "").replaceAll(/^export /gm, "");
  return [imports, body];
}
