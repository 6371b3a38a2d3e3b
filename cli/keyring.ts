import { generateKeyRing } from "../local/keyring.ts";

process.stdout.write(`${JSON.stringify(generateKeyRing())}\n`);
