import { generateKeyPairSync } from "node:crypto";
import { jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { createAppJwt } from "../../core/providers/github/app-jwt.ts";

const now = new Date();
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

describe("the App's JWT", () => {
  test.each([
    ["PKCS#1, as GitHub hands it out", pkcs1],
    ["PKCS#8", pkcs8],
    ["PKCS#1 with escaped line breaks", pkcs1.replaceAll("\n", "\\n")],
  ])("is signed with a key in %s", async (_, pem) => {
    const { payload, protectedHeader } = await jwtVerify(
      await createAppJwt("1001", pem, now),
      publicKey,
    );

    expect(protectedHeader.alg).toBe("RS256");
    expect(payload.iss).toBe("1001");
  });

  test("is backdated by a minute and good for nine, less than the ten that GitHub takes", async () => {
    const { payload } = await jwtVerify(await createAppJwt("1001", pkcs1, now), publicKey);
    const seconds = Math.floor(now.getTime() / 1000);

    expect(payload.iat).toBe(seconds - 60);
    expect(payload.exp).toBe(seconds + 540);
  });

  test.each([
    ["no PEM", "not a key"],
    ["a public key", publicKey.export({ type: "spki", format: "pem" }).toString()],
    [
      "a key of another kind",
      generateKeyPairSync("ec", { namedCurve: "P-256" })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
    ],
  ])("is not made with %s, which is our mistake", async (_, pem) => {
    await expect(createAppJwt("1001", pem, now)).rejects.toMatchObject({
      code: "provider_misconfigured",
      message: expect.not.stringContaining("BEGIN"),
    });
  });
});
