import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createKeyRingLoader } from "../../functions/environment/keyrings.ts";
import { createSecretReader } from "../../functions/environment/secrets.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { generateKeyRing } from "../../local/keyring.ts";

const MINUTE_MS = 60_000;

const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map([["ring", JSON.stringify(generateKeyRing())]]),
  functions: new Map(),
});
const arn = aws.secretArn("ring");

Object.assign(process.env, {
  AWS_ENDPOINT_URL: aws.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  aws.putSecret("ring", "value-1");
});

afterEach(() => {
  vi.useRealTimers();
  aws.fail(undefined);
});

afterAll(() => aws.close());

function letPass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

describe("secrets", () => {
  test("are fetched once for concurrent callers, and once in five minutes", async () => {
    const secrets = createSecretReader();
    const before = aws.calls.length;

    await Promise.all(Array.from({ length: 50 }, () => secrets.read(arn)));
    letPass(4 * MINUTE_MS);
    await secrets.read(arn);

    expect(aws.calls.length - before).toBe(1);
  });

  test("are fetched again after five minutes, so that a rotated value is used", async () => {
    const secrets = createSecretReader();
    await secrets.read(arn);
    aws.putSecret("ring", "value-2");
    letPass(4 * MINUTE_MS);

    const before = await secrets.read(arn);
    letPass(2 * MINUTE_MS);

    expect([before, await secrets.read(arn)]).toEqual(["value-1", "value-2"]);
  });

  test.each(["throttling", "internal"] as const)(
    "are used for up to an hour of %s",
    async (kind) => {
      const secrets = createSecretReader();
      await secrets.read(arn);
      aws.fail({ service: "secretsmanager", kind });
      letPass(59 * MINUTE_MS);

      expect(await secrets.read(arn)).toBe("value-1");
      letPass(2 * MINUTE_MS);
      await expect(secrets.read(arn)).rejects.toMatchObject({ code: "retry_later" });
    },
  );

  test("that cannot be read again are returned from memory at once, and requested every half minute", async () => {
    const secrets = createSecretReader();
    await secrets.read(arn);
    letPass(6 * MINUTE_MS);
    aws.fail({ service: "secretsmanager", kind: "hang" });
    await secrets.read(arn);
    const before = aws.calls.length;

    await Promise.all(Array.from({ length: 10 }, () => secrets.read(arn)));
    const meanwhile = aws.calls.length - before;
    aws.fail(undefined);
    aws.putSecret("ring", "value-2");
    letPass(31_000);

    expect(meanwhile).toBe(0);
    expect(await secrets.read(arn)).toBe("value-2");
  });

  test("that do not arrive in time cause retry_later, and the next caller requests them again", async () => {
    const secrets = createSecretReader();
    aws.fail({ service: "secretsmanager", kind: "hang" });

    await expect(secrets.read(arn)).rejects.toMatchObject({ code: "retry_later" });
    aws.fail(undefined);
    expect(await secrets.read(arn)).toBe("value-1");
  });

  test("that do not exist cause server_error", async () => {
    const secrets = createSecretReader();

    await expect(secrets.read(aws.secretArn("nothing"))).rejects.toMatchObject({
      code: "server_error",
    });
  });

  test("can be reloaded, but not more often than every ten seconds", async () => {
    const secrets = createSecretReader();
    await secrets.read(arn);
    aws.putSecret("ring", "value-2");
    letPass(9_000);
    const early = await secrets.read(arn, { reload: true });
    letPass(2_000);
    const late = await secrets.read(arn, { reload: true });

    expect([early, late]).toEqual(["value-1", "value-2"]);
  });
});

describe("a key ring", () => {
  test("is parsed once for each text of its secret", async () => {
    aws.putSecret("ring", JSON.stringify(generateKeyRing()));
    const load = createKeyRingLoader(createSecretReader(), arn);
    const first = await load({ reload: false });
    const second = await load({ reload: false });
    aws.putSecret("ring", JSON.stringify(generateKeyRing()));
    letPass(MINUTE_MS);

    expect(second).toBe(first);
    expect(await load({ reload: true })).not.toBe(first);
  });

  test("that is malformed causes an error that does not quote it", async () => {
    aws.putSecret("ring", '{"primary":"k1","keys":{"k1":"c2VjcmV0LWtleQ=="}}');
    const load = createKeyRingLoader(createSecretReader(), arn);

    await expect(load({ reload: false })).rejects.toMatchObject({
      code: "server_error",
      message: expect.not.stringContaining("c2VjcmV0"),
    });
  });
});
