import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { DeliveryBodies } from "../../core/ports/delivery-bodies.ts";

/** Returns the SHA-256 of a body, in hexadecimal. */
export function sha256Of(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

async function read(bodies: DeliveryBodies, key: string): Promise<Buffer> {
  const response = await fetch(await bodies.createUrl(key));
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** The promises of `DeliveryBodies`, for every adapter to keep. */
export function testDeliveryBodies(bodies: DeliveryBodies): void {
  describe("the bucket for bodies", () => {
    test.each([
      ["a text", Buffer.from('{"title":"Grüße 👋"}')],
      ["bytes that are no text", Buffer.from([0, 255, 254, 128, 10, 13, 0])],
      ["five megabytes", Buffer.alloc(5 * 1024 * 1024, "0123456789abcdef!")],
    ])("returns %s as it was stored", async (name, body) => {
      const key = `github/${sha256Of(Buffer.from(name))}`;

      const reference = await bodies.put(key, body, sha256Of(body));

      const { bytes, sha256 } = reference;
      expect(reference).toMatchObject({ key, bytes: body.length, sha256: sha256Of(body) });
      const stored = await read(bodies, reference.key);
      expect([stored.length, sha256Of(stored)]).toEqual([bytes, sha256]);
    });

    test("replaces a body under the same key", async () => {
      await bodies.put("slack/again", Buffer.from("one"), sha256Of(Buffer.from("one")));
      await bodies.put("slack/again", Buffer.from("two"), sha256Of(Buffer.from("two")));

      expect((await read(bodies, "slack/again")).toString()).toBe("two");
    });

    test.each(["a b+c", "jira/50%/x", "(it's)!*", "ü/ß", "a?b=c#d"])(
      "takes the key %s",
      async (key) => {
        const body = Buffer.from(key);

        await bodies.put(key, body, sha256Of(body));

        expect((await read(bodies, key)).toString()).toBe(key);
      },
    );

    test("does not store a body with another SHA-256", async () => {
      const put = bodies.put("github/altered", Buffer.from("a"), sha256Of(Buffer.from("b")));

      await expect(put).rejects.toMatchObject({ code: "retry_later" });
    });
  });
}
