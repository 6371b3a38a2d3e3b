import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { LOCAL_CALLER } from "../local/aws/caller.ts";

const url = new URL(`http://127.0.0.1:${process.env.PORT || 3000}/installations`);

const signer = new SignatureV4({
  service: "execute-api",
  region: "us-east-1",
  credentials: LOCAL_CALLER,
  sha256: Sha256,
});
const { headers } = await signer.sign({
  method: "GET",
  protocol: url.protocol,
  hostname: url.hostname,
  path: url.pathname,
  headers: { host: url.host },
});

const response = await fetch(url, { headers }).catch(() => undefined);
if (response) {
  process.stdout.write(`${JSON.stringify(await response.json(), null, 2)}\n`);
} else {
  process.stderr.write(`Nothing answers at ${url.origin}: start it with npm run dev\n`);
}
process.exitCode = response?.ok ? 0 : 1;
