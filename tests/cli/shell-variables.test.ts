import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { urlsOf } from "../../emulators/platforms.ts";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { openSession } from "../support/browser-session.ts";
import { createCheckout } from "../support/checkout.ts";
import { runProcess } from "../support/commands.ts";
import { createTestDatabase } from "../support/database.ts";
import { findFreePorts } from "../support/free-ports.ts";
import { consentSlack } from "../support/platform-installs.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");
const RECORDER = new URL("../support/network-recorder.ts", import.meta.url).href;
const VITEST = path.join(REPOSITORY, "node_modules/vitest/vitest.mjs");

const checkout = await createCheckout();
const database = await createTestDatabase();
const home = await mkdtemp(path.join(tmpdir(), "gk-home-"));
const record = path.join(home, "hosts");
/** Records which hosts a process and its children connect to, and keeps them on loopback. */
const recorded = { HOME: home, NODE_OPTIONS: `--import=${RECORDER}`, NETWORK_RECORD: record };
const own = {
  DATABASE_URL: database.url,
  STATE_KEYRING_SECRET: JSON.stringify(generateKeyRing()),
  TOKEN_KEYRING_SECRET: JSON.stringify(generateKeyRing()),
};

await mkdir(path.join(home, ".aws"));
const keys = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n";
await writeFile(path.join(home, ".aws", "config"), "[profile work]\nregion = eu-central-1\n");
await writeFile(path.join(home, ".aws", "credentials"), `[work]\n${keys}`);

afterAll(async () => {
  await database.drop();
  await rm(home, { recursive: true });
});

beforeEach(() => writeFile(record, ""));

async function hosts(): Promise<string[]> {
  const lines = (await readFile(record, "utf8")).trim().split("\n");
  return [...new Set(lines)].sort();
}

/** Node sends requests to a proxy if the first of these is set. */
const PROXY = {
  NODE_USE_ENV_PROXY: "1",
  HTTP_PROXY: "http://proxy.example.com:3128",
  HTTPS_PROXY: "http://proxy.example.com:3128",
  NO_PROXY: "intranet.example.com",
};

describe.each([
  ["D3 with AWS_PROFILE=work", { AWS_PROFILE: "work" }],
  ["D3 with a profile that is missing", { AWS_PROFILE: "missing" }],
  ["D3 with AWS_USE_FIPS_ENDPOINT", { AWS_USE_FIPS_ENDPOINT: "true" }],
  ["D3 with AWS_USE_DUALSTACK_ENDPOINT", { AWS_USE_DUALSTACK_ENDPOINT: "true" }],
  ["D3 with AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }],
  [
    "D3 with an endpoint for one service",
    { AWS_ENDPOINT_URL_SECRETS_MANAGER: "https://secrets.example.com" },
  ],
  ["with a proxy", PROXY],
])("%s in the shell", (_, variables) => {
  test("local mode and its commands work, and connect to loopback only", async () => {
    const environment = { ...recorded, ...variables };
    const port = await findFreePorts();
    const dev = await checkout.startDev(port, { ...environment, ...own });
    const urls = {
      url: `http://127.0.0.1:${port}`,
      platforms: urlsOf(`http://127.0.0.1:${port + 2}`),
    };
    const session = openSession();
    const callback = await consentSlack(urls, session, "T0ACME");
    const reply = await session.get(callback, { accept: "application/json" });
    const installed = v.parse(InstallSuccess, await reply.json());
    const [lookup, list, migrate] = await Promise.all([
      checkout.run(["lookup", "slack", "T0ACME"], environment),
      checkout.run(["list", "--json"], environment),
      checkout.run(["migrate"], { ...environment, DATABASE_URL: database.url }),
    ]);
    await dev.stop();

    expect(lookup).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(lookup.stdout)).toMatchObject({
      installation_id: installed.installation_id,
      access_token: expect.stringMatching(/^xoxe\.xoxb-/),
    });
    expect(JSON.parse(list.stdout).items).toHaveLength(1);
    expect(migrate).toMatchObject({ code: 0, stdout: "The schema is up to date.\n" });
    expect(await hosts()).toEqual(["127.0.0.1"]);
  });

  test("npm test works, and connects to loopback only", async () => {
    const tests = ["run", "tests/e2e/all-platforms.test.ts", "-t", "Slack", "--root", REPOSITORY];

    const { code, stdout } = await runProcess(process.execPath, [VITEST, ...tests], {
      ...recorded,
      ...variables,
    });

    expect(stdout).toMatch(/Tests .*[1-9]\d* passed/);
    expect(code).toBe(0);
    expect(await hosts()).toEqual(["127.0.0.1"]);
  });
});

test("without the bypass, Node sends a request to loopback to the proxy", async () => {
  const script = 'await fetch("http://127.0.0.1:3000").catch(() => {})';

  await runProcess(process.execPath, ["--input-type=module", "-e", script], {
    ...recorded,
    ...PROXY,
  });

  expect(await hosts()).toEqual(["proxy.example.com"]);
});

test("the recorder of this test sees and refuses other hosts", async () => {
  const script = `
    const { lookup } = await import("node:dns");
    const outcomes = await Promise.allSettled([
      fetch("https://sts.amazonaws.com"),
      fetch("http://169.254.169.254"),
      new Promise((resolve) => lookup("lambda.amazonaws.com", resolve)),
    ]);
    console.log(outcomes.map(({ status }) => status).join());
  `;

  const { stdout } = await runProcess(
    process.execPath,
    ["--input-type=module", "-e", script],
    recorded,
  );

  expect(stdout).toBe("rejected,rejected,rejected\n");
  expect(await hosts()).toEqual(["169.254.169.254", "lambda.amazonaws.com", "sts.amazonaws.com"]);
});
