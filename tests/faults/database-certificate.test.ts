import { expect, onTestFinished, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import {
  type Certificate,
  createCertificateAuthority,
  createSelfSignedCertificate,
} from "../support/certificates.ts";
import { toLookupProcess } from "../support/lookup-process.ts";
import { outcomes } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";
import { startTlsFront } from "../support/tls-front.ts";

const stack = await startSandboxedStack();
const { settings, url } = stack.database;
const id = await importInstallation(stack);
const authority = createCertificateAuthority();

/** A cold sandbox whose database is behind a front that shows a certificate. */
async function startBehind(certificate: Certificate) {
  const front = await startTlsFront(settings, certificate);
  onTestFinished(() => front.close());
  const elsewhere = new URL(url);
  elsewhere.port = String(front.port);
  const environment = {
    ...process.env,
    // A name of loopback everywhere, spelled so that it is not taken for loopback.
    DATABASE_URL: elsewhere.href.replace("127.0.0.1", "LOCALHOST"),
    DATABASE_CA: authority.cert,
  };
  const sandbox = await stack.startCold({ environment });
  stack.use([sandbox]);
  onTestFinished(() => sandbox.signal("SIGKILL"));
  return { front, sandbox };
}

test.each([
  ["that signed itself", createSelfSignedCertificate("localhost")],
  ["for another name", authority.issue("database.example")],
  ["of an unknown authority", createCertificateAuthority("Other CA").issue("localhost")],
  ["of a namesake authority", createCertificateAuthority().issue("localhost")],
])(
  "F-53 a certificate %s: requests are 503, and no byte of SQL is sent",
  async (_, certificate) => {
    const { front, sandbox } = await startBehind(certificate);

    const { status } = await callApi(stack, "GET", "/installations");
    const lookup = await toLookupProcess(sandbox).lookUp({ installation_id: id });

    expect(status).toBe(503);
    expect(outcomes(lookup)).toEqual(["retry_later"]);
    expect(front.received()).toBe("");
  },
);

test("control: with the right certificate both are answered", async () => {
  const { front, sandbox } = await startBehind(authority.issue("localhost"));

  const { status } = await callApi(stack, "GET", "/installations");
  const lookup = await toLookupProcess(sandbox).lookUp({ installation_id: id });

  expect(status).toBe(200);
  expect(lookup).toMatchObject([{ ok: true }]);
  expect(front.received()).toContain("select");
});
