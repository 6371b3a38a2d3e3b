import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createDeliveryBodies } from "../../functions/environment/delivery-bodies.ts";
import { objectUrl, presignGet } from "../../functions/environment/s3-request.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { createMemoryDeliveryBodies } from "../support/memory/delivery-bodies.ts";
import { sha256Of, testDeliveryBodies } from "./delivery-bodies.contract.ts";

const BODY = Buffer.from('{"action":"opened"}');

const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map(),
  functions: new Map(),
});
Object.assign(process.env, {
  AWS_ENDPOINT_URL: aws.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
  DELIVERY_BUCKET: "grantkeep-deliveries",
});
const bodies = createDeliveryBodies();

afterEach(() => aws.fail(undefined));

afterAll(() => aws.close());

const put = (key = "github/1") => bodies.put(key, BODY, sha256Of(BODY));

describe("bodies in memory", () => testDeliveryBodies(createMemoryDeliveryBodies()));

describe("bodies in S3", () => {
  testDeliveryBodies(bodies);

  test("are referenced by the bucket and the key", async () => {
    const sha256 = sha256Of(BODY);

    expect(await put()).toEqual({
      bucket: "grantkeep-deliveries",
      key: "github/1",
      bytes: 19,
      sha256,
    });
  });

  test.each(["internal", "reset", "malformed", "hang"] as const)(
    "are to be sent again while S3 fails (%s)",
    async (kind) => {
      aws.fail({ service: "s3", kind });

      await expect(put()).rejects.toMatchObject({ code: "retry_later" });
    },
  );

  test("are stored by a second attempt when the first one fails", async () => {
    aws.fail({ service: "s3", kind: "reset" });
    const before = aws.calls.length;
    const stored = put("github/again");
    while (aws.calls.length === before) await new Promise(setImmediate);
    aws.fail(undefined);

    expect(await stored).toMatchObject({ key: "github/again" });
    expect(aws.calls.length - before).toBe(2);
  });

  test.each([
    ["another key", (url: string) => url.replace("github/1", "github/2")],
    ["a longer time", (url: string) => url.replace("X-Amz-Expires=900", "X-Amz-Expires=901")],
    ["another signature", (url: string) => url.replace(/.$/, (last) => (last === "0" ? "1" : "0"))],
    ["another access key", (url: string) => url.replace("local%2F", "other%2F")],
    ["no signature", (url: string) => url.replace(/\?.*/, "")],
  ])("cannot be read with a URL that was changed to %s", async (_, change) => {
    await put();
    const url = await bodies.createUrl("github/1");

    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(change(url))).status).toBe(403);
  });

  // The last one: it moves the clock of S3, by which every later URL has expired.
  test("have a URL for 15 minutes, and expire after seven days", async () => {
    await put("github/expiring");
    const url = await bodies.createUrl("github/expiring");

    aws.letTimePass(14 * 60);
    expect((await fetch(url)).status).toBe(200);
    aws.letTimePass(60);
    const late = await fetch(url);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("expired")]);

    aws.letTimePass(7 * 24 * 3_600);
    const signed = await presignGet(
      {
        region: "us-east-1",
        endpoint: aws.url,
        credentials: LOCAL_CALLER,
      },
      new URL(url.replace(/\?.*/, "")),
      { expiresIn: 60, now: new Date(Date.now() + 8 * 24 * 3_600_000) },
    );
    expect((await fetch(signed)).status).toBe(404);
  });
});

test("the URL has the signature that the documentation of S3 computes", async () => {
  const access = {
    region: "us-east-1",
    endpoint: undefined,
    credentials: {
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    },
  };
  const url = new URL("https://examplebucket.s3.amazonaws.com/test.txt");

  const signed = await presignGet(access, url, {
    expiresIn: 86_400,
    now: new Date("2013-05-24T00:00:00Z"),
  });

  expect(new URL(signed).searchParams.get("X-Amz-Signature")).toBe(
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
  expect(objectUrl(access, "bucket", "github/1 2").href).toBe(
    "https://bucket.s3.us-east-1.amazonaws.com/github/1%202",
  );
});

test("the URL of temporary credentials has their session token", async () => {
  const access = {
    region: "us-east-1",
    endpoint: undefined,
    credentials: { ...LOCAL_CALLER, sessionToken: "session" },
  };

  const signed = await presignGet(access, new URL("https://bucket.s3.amazonaws.com/1"), {
    expiresIn: 60,
    now: new Date(),
  });

  expect(new URL(signed).searchParams.get("X-Amz-Security-Token")).toBe("session");
});
