import { expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { answerOf, expectGatewayRefusal, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { importInstallation } from "./imported.ts";
import { createInvoker } from "./invocations.ts";
import { sendRaw } from "./raw-request.ts";
import { createWebhookSender, githubEvent, signGithub, signSlack, slackEvent } from "./webhooks.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
control.github.holdDeliveries();
const send = createWebhookSender(stack);

await installGithubAppAs(stack);
const [{ id: installationId = 0 } = {}] = control.github.installations();
await importInstallation(stack, { platform: "slack", organization_id: "T0ACME" });

// Each of them would end an installation if it were believed, so that a check that is missing shows.
const DELETED = githubEvent("deleted", installationId);
const UNINSTALLED = slackEvent("app_uninstalled", "T0ACME");

const { hold, plant } = await createConventions(stack, async () => {
  const body = githubEvent("created", 42);
  return (await send.github(body)).status === 202;
});

const INVALID_SIGNATURE = {
  status: 401,
  code: "invalid_signature",
  description: "The request is not signed by the platform.",
};

const right = signGithub(DELETED);
const spaced = JSON.stringify(JSON.parse(DELETED), null, 2);

test.each<[string, Record<string, string | null>]>([
  ["WH-001 no signature", { "x-hub-signature-256": null }],
  ["WH-002 an empty signature", { "x-hub-signature-256": "" }],
  [
    "WH-003 nothing but a SHA-1 signature",
    { "x-hub-signature-256": null, "x-hub-signature": signGithub(DELETED, undefined, "sha1") },
  ],
  ["WH-003 a SHA-1 signature in the place", signature("sha1")],
  ["WH-004 an MD5 signature", signature("md5")],
  ["WH-004 a SHA-512 signature", signature("sha512")],
  ["WH-004 the right digest without a prefix", { "x-hub-signature-256": right.slice(7) }],
  ["WH-005 a digest of 63 digits", { "x-hub-signature-256": right.slice(0, -1) }],
  ["WH-005 a digest of 65 digits", { "x-hub-signature-256": `${right}0` }],
  ["WH-005 a digest of one digit", { "x-hub-signature-256": "sha256=0" }],
  ["WH-005 a digest of 4,000 digits", { "x-hub-signature-256": right.padEnd(4_000, "0") }],
  ["WH-005 as many letters in more bytes", { "x-hub-signature-256": right.replace(/.$/, "é") }],
  ["WH-007 the right digest in upper case", { "x-hub-signature-256": upperCase(right) }],
  ["WH-008 a signature by another secret", { "x-hub-signature-256": signedBy("another-secret") }],
  ["WH-008 a signature by an empty secret", { "x-hub-signature-256": signedBy("") }],
  ["WH-009 a signature of another body", { "x-hub-signature-256": signGithub("{}") }],
  [
    "WH-010 a signature of the body in other spacing",
    { "x-hub-signature-256": signGithub(spaced) },
  ],
  // HTTP itself takes plain spaces off the ends of a header.
  ["WH-016 a space within the signature", { "x-hub-signature-256": right.replace("=", "= ") }],
  ["WH-016 a wide space at its end", { "x-hub-signature-256": `${right}\u00a0` }],
  ["WH-016 the signature twice", { "x-hub-signature-256": `${right}, ${right}` }],
  [
    "WH-017 a right SHA-1 signature beside a wrong one",
    {
      "x-hub-signature": signGithub(DELETED, undefined, "sha1"),
      "x-hub-signature-256": right.replace(/.$/, otherDigit),
    },
  ],
  ["WH-035 one digit changed", { "x-hub-signature-256": right.replace(/=./, otherDigit) }],
  [
    "WH-035 a signature of Slack's secret",
    { "x-hub-signature-256": signedBy(exampleApps.slack.signingSecret) },
  ],
])("%s is no signature of GitHub", async (_name, headers) => {
  const answer = await hold(() => send.github(DELETED, headers));

  expectRefusal(answer, { ...INVALID_SIGNATURE, input: headers["x-hub-signature-256"] ?? "" });
});

function signature(algorithm: string) {
  return { "x-hub-signature-256": signGithub(DELETED, undefined, algorithm) };
}

function signedBy(secret: string): string {
  return signGithub(DELETED, secret);
}

function upperCase(text: string): string {
  return `sha256=${text.slice(7).toUpperCase()}`;
}

function otherDigit(text: string): string {
  return text.endsWith("a") ? text.replace(/a$/, "b") : text.replace(/.$/, "a");
}

test("WH-033 what an installation's own webhook secret signed is not from the App", async () => {
  const invoke = createInvoker(stack);
  const key = { platform: "slack", organization_id: "T0ACME" };
  const { payload } = await invoke("webhook-secret", key);
  const secret = String(Object(JSON.parse(payload)).webhook_secret);
  plant("webhook secret", secret);

  const answer = await hold(() =>
    send.github(DELETED, { "x-hub-signature-256": signedBy(secret) }),
  );

  expectRefusal(answer, INVALID_SIGNATURE);
});

test("WH-001 what is not signed is not even read: it need not be JSON to be refused", async () => {
  const headers = { "x-hub-signature-256": null };

  const answers = [
    await hold(() => send.github('{"installation":', headers)),
    await hold(() => send.slack('{"type":', { "x-slack-signature": null })),
  ];

  for (const answer of answers) expectRefusal(answer, INVALID_SIGNATURE);
});

test("WH-010 the bytes are signed: a body that says the same in other spacing is another", async () => {
  const answer = await hold(() =>
    send.github(spaced, { "x-hub-signature-256": signGithub(DELETED) }),
  );

  expectRefusal(answer, INVALID_SIGNATURE);
});

test("WH-010 a body in odd spacing is good with the signature of its own bytes", async () => {
  const body = `\n ${JSON.stringify({ zen: "ü", action: "created" }, null, 3)} `;

  const answer = await hold(() => send.github(body));

  expect(answer.status).toBe(202);
});

test("WH-012 a body that the gateway wraps in base64 is good by the bytes within", async () => {
  const body = githubEvent("created", 42, { zen: "ü" });
  const wrapped = { "content-encoding": "identity" };

  const good = await hold(() => send.github(body, wrapped));
  const bad = await hold(() =>
    send.github(body, {
      ...wrapped,
      "x-hub-signature-256": signGithub(Buffer.from(body).toString("base64")),
    }),
  );

  expect(good.status).toBe(202);
  expectRefusal(bad, INVALID_SIGNATURE);
});

test.each<[string, Record<string, string | null>]>([
  ["WH-001 no signature", { "x-slack-signature": null }],
  ["WH-002 an empty signature", { "x-slack-signature": "" }],
  ["WH-005 a digest of 63 digits", changed((text) => text.slice(0, -1))],
  ["WH-005 a digest of 65 digits", changed((text) => `${text}0`)],
  ["WH-007 the right digest in upper case", changed((text) => text.toUpperCase())],
  ["WH-008 a signature by another secret", signSlack(UNINSTALLED, { secret: "another-secret" })],
  ["WH-009 a signature of another body", signSlack("{}")],
  ["WH-019 another version", changed((text) => text.replace("v0=", "v1="))],
  ["WH-020 no timestamp", { "x-slack-request-timestamp": null }],
  ["WH-020 an empty timestamp", { "x-slack-request-timestamp": "" }],
  ["WH-020 a timestamp that is no number", { "x-slack-request-timestamp": "now" }],
  ["WH-020 a timestamp in hex", { "x-slack-request-timestamp": "0x6a000000" }],
  ["WH-021 a timestamp of 301 seconds ago", signSlack(UNINSTALLED, { secondsAgo: 301 })],
  ["WH-021 a timestamp of the year 1970", signSlack(UNINSTALLED, { secondsAgo: 1_700_000_000 })],
  // Far enough ahead to be too far still when it is judged.
  ["WH-022 a timestamp of 5 minutes ahead", signSlack(UNINSTALLED, { secondsAgo: -330 })],
  ["WH-024 a younger timestamp", changedTimestamp((seconds) => seconds + 1)],
  ["WH-024 an older timestamp", changedTimestamp((seconds) => seconds - 1)],
])("%s is no signature of Slack", async (_name, headers) => {
  const answer = await hold(() => send.slack(UNINSTALLED, headers));

  expectRefusal(answer, { ...INVALID_SIGNATURE, input: headers["x-slack-signature"] ?? "" });
});

function changed(change: (signature: string) => string) {
  const headers = signSlack(UNINSTALLED);
  return { ...headers, "x-slack-signature": change(headers["x-slack-signature"]) };
}

function changedTimestamp(change: (seconds: number) => number) {
  const headers = signSlack(UNINSTALLED);
  const timestamp = change(Number(headers["x-slack-request-timestamp"]));
  return { ...headers, "x-slack-request-timestamp": String(timestamp) };
}

test("WH-021 control: a timestamp of 290 seconds ago is young enough", async () => {
  const body = slackEvent("app_home_opened", "T0ACME");

  const answer = await hold(() => send.slack(body, signSlack(body, { secondsAgo: 290 })));

  expect(answer.status).toBe(202);
});

test("WH-051 a challenge is not echoed to somebody else than Slack", async () => {
  const body = JSON.stringify({ type: "url_verification", challenge: "echo-me-if-you-can" });

  const answer = await hold(() => send.slack(body, signSlack(body, { secret: "guessed" })));

  expectRefusal(answer, { ...INVALID_SIGNATURE, input: "echo-me-if-you-can" });
});

test("WH-066 what one platform signed is nothing to the webhooks of another", async () => {
  const toSlack = await hold(() =>
    send.slack(DELETED, signSlack(DELETED, { secret: exampleApps.github.webhookSecret })),
  );
  const headers = { "content-type": "application/json", ...signSlack(UNINSTALLED) };
  const toGithub = await hold(async () =>
    answerOf(
      await fetch(`${stack.url}/webhooks/github`, { method: "POST", body: UNINSTALLED, headers }),
    ),
  );

  expectRefusal(toSlack, INVALID_SIGNATURE);
  expectRefusal(toGithub, INVALID_SIGNATURE);
});

test.each([
  ["WH-072 GET", "GET", "/webhooks/github"],
  ["WH-072 PUT", "PUT", "/webhooks/github"],
  ["WH-072 GET of Slack's", "GET", "/webhooks/slack"],
  ["WH-072 PUT of Slack's", "PUT", "/webhooks/slack"],
  ["WH-072 GET of Jira's", "GET", "/webhooks/jira"],
  ["WH-066 POST for a platform that does not exist", "POST", "/webhooks/gitlab"],
])("%s reaches no handler", async (_name, method, path) => {
  const answer = await hold(async () => answerOf(await sendRaw(stack.url + path, { method })));

  expectGatewayRefusal(answer, 404);
});

test("WH-072 HEAD reaches no handler", async () => {
  const reply = await hold(() => sendRaw(`${stack.url}/webhooks/github`, { method: "HEAD" }));

  expect(reply.status).toBe(404);
  expect(reply.headers.has("content-security-policy")).toBe(false);
});
