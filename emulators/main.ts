import { generateKeyPairSync } from "node:crypto";
import { isForbiddenPort } from "./forbidden-ports.ts";
import { exampleRegistrations } from "./platforms.ts";
import { bypassProxyOnLoopback } from "./proxy-bypass.ts";
import { startEmulators } from "./server.ts";

const port = Number(process.env.PORT ?? 3002);
const appUrl = process.env.APP_URL ?? "http://127.0.0.1:3000";

if (isForbiddenPort(port)) {
  process.stderr.write(`error: Browsers do not connect to port ${port}. Use another PORT.\n`);
  process.exit(1);
}

bypassProxyOnLoopback();

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const registrations = exampleRegistrations(appUrl, publicKey);
const { control, close, ...urls } = await startEmulators({ port, ...registrations });

process.once("SIGINT", close);
process.once("SIGTERM", close);

const { app, ...oauth } = registrations.github;
const { publicKey: _, ...githubApp } = app;
const privateKeyPem = privateKey.export({ type: "pkcs1", format: "pem" });
const github = { ...oauth, app: { ...githubApp, privateKey: privateKeyPem } };
print({ ...urls, control: `${urls.url}/_control`, registrations: { ...registrations, github } });

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
