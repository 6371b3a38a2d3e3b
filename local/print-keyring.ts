import { generateKeyRing } from "./keyring.ts";

process.stdout.write(`${JSON.stringify(generateKeyRing())}\n`);
