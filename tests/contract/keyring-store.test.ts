import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createKeyRingStore } from "../../functions/environment/keyring-store.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { testKeyRingStore } from "./keyring-store.contract.ts";

const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map([
    ["ring", "{}"],
    ["fixed", JSON.stringify(generateKeyRing())],
  ]),
  async keepSecret(name) {
    if (name === "fixed") throw new Error("It takes no new value.");
  },
  functions: new Map(),
});
const store = createKeyRingStore(aws.secretArn("ring"));

Object.assign(process.env, {
  AWS_ENDPOINT_URL: aws.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
});

afterEach(() => aws.fail(undefined));

afterAll(() => aws.close());

describe("a key ring in Secrets Manager", () => {
  testKeyRingStore((ring) => {
    aws.putSecret("ring", JSON.stringify(ring));
    return store;
  });

  test("is not replaced if the AWS CLI replaced it since it was read", async () => {
    aws.putSecret("ring", JSON.stringify(generateKeyRing()));
    const read = await store.read();
    const byHand = generateKeyRing();
    await store.replace(read, generateKeyRing());
    aws.putSecret("ring", JSON.stringify(byHand));

    const late = store.replace(read, generateKeyRing());

    await expect(late).rejects.toMatchObject({ code: "retry_later" });
    expect((await store.read()).document).toEqual(byHand);
  });

  test("is not reported as replaced by a value that is not the current one any more", async () => {
    aws.putSecret("ring", JSON.stringify(generateKeyRing()));
    const read = await store.read();
    const next = generateKeyRing();
    await store.replace(read, next);
    aws.putSecret("ring", JSON.stringify(generateKeyRing()));

    await expect(store.replace(read, next)).rejects.toMatchObject({ code: "retry_later" });
  });

  test.each(["throttling", "internal"] as const)(
    "cannot be read or replaced in an outage (%s), and is worth a retry",
    async (kind) => {
      aws.putSecret("ring", JSON.stringify(generateKeyRing()));
      const read = await store.read();
      aws.fail({ service: "secretsmanager", kind });

      await expect(store.read()).rejects.toMatchObject({ code: "retry_later" });
      await expect(store.replace(read, generateKeyRing())).rejects.toMatchObject({
        code: "retry_later",
      });
    },
  );

  test("that accepts no new value is not worth a retry", async () => {
    const fixed = createKeyRingStore(aws.secretArn("fixed"));
    const read = await fixed.read();

    await expect(fixed.replace(read, generateKeyRing())).rejects.toMatchObject({
      code: "server_error",
    });
    expect(await fixed.read()).toEqual(read);
  });

  test("that is missing or malformed is not worth a retry, and is not quoted", async () => {
    aws.putSecret("ring", '{"primary":"k1","keys":{"k1":"c2VjcmV0LWtleQ=="}}');
    const absent = createKeyRingStore(aws.secretArn("nothing"));

    await expect(absent.read()).rejects.toMatchObject({ code: "server_error" });
    await expect(store.read()).rejects.toMatchObject({
      code: "server_error",
      message: expect.not.stringContaining("c2VjcmV0"),
    });
  });
});
