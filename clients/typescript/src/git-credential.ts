#!/usr/bin/env node
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { credentialFor } from "./git-credential-protocol.ts";
import { createGrantkeep, GrantkeepError } from "./grantkeep.ts";

const USAGE = `Usage: git-credential-grantkeep --function NAME (--organization-id ID | --provider-installation-id ID
  | --installation-id ID) [--repository NAME]... [--permission NAME=LEVEL]... get|store|erase

For example, in a sandbox:
  git config --global credential.https://github.com.helper \\
    "grantkeep --function grantkeep-production-token-lookup:live --organization-id 583231 --permission contents=read"
`;

const { values, positionals } = readArguments();
const [operation] = positionals;

try {
  const functionName = values.function ?? process.env.GRANTKEEP_FUNCTION;
  if (functionName === undefined || operation === undefined) throw new Error(USAGE);
  const credential = await credentialFor(
    createGrantkeep({ functionName }),
    operation,
    values,
    await text(process.stdin),
  );
  process.stdout.write(credential);
} catch (error) {
  const code = error instanceof GrantkeepError ? `${error.code}: ` : "";
  process.stderr.write(`grantkeep: ${code}${error instanceof Error ? error.message : ""}\n`);
  process.exitCode = 1;
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      function: { type: "string" },
      "organization-id": { type: "string" },
      "provider-installation-id": { type: "string" },
      "installation-id": { type: "string" },
      repository: { type: "string", multiple: true },
      permission: { type: "string", multiple: true },
    },
  });
}
