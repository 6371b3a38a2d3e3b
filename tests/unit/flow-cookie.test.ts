import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createFlowCookie,
  expireFlowCookie,
  expireOldFlowCookies,
  readFlowCookie,
} from "../../core/install/flow-cookie.ts";
import { sealerOf } from "../support/keyrings.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";

const sealer = sealerOf();
const nonce = "0123456789abcdef0123456789abcdef";

const anyFlow = fc.stringMatching(/^[0-9a-f]{32}$/);

function cookieAt(issuedAt: number) {
  return { browserSecret: "s".repeat(43), codeVerifier: "v".repeat(43), issuedAt };
}

async function pairAt(flow: string, issuedAt: number): Promise<string> {
  const header = await createFlowCookie(sealer, flow, cookieAt(issuedAt), 600);
  return header.split(";", 1).join();
}

describe("the flow cookie", () => {
  test("is bound to host, path, https and same-site navigation, for the life of the flow", async () => {
    const header = await createFlowCookie(sealer, nonce, cookieAt(1), 600);

    expect(header).toMatch(
      /^__Host-grantkeep-01234567=v1\.k1\.[\w-]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(header.split(";", 1).join().length).toBeLessThanOrEqual(512);
  });

  test("is read by its own flow only", async () => {
    const pair = await pairAt(nonce, 1);

    expect(await readFlowCookie(sealer, nonce, ["a=b", pair])).toEqual(cookieAt(1));
    expect(await readFlowCookie(sealer, "f".repeat(32), [pair])).toBeUndefined();
  });

  test("cannot be decrypted under the name of another flow", async () => {
    const pair = await pairAt(nonce, 1);
    const renamed = pair.replace("-01234567=", "-ffffffff=");

    expect(await readFlowCookie(sealer, "f".repeat(32), [renamed])).toBeUndefined();
  });

  test("is ignored if it is sent twice", async () => {
    const pair = await pairAt(nonce, 1);

    expect(await readFlowCookie(sealer, nonce, [pair, pair])).toBeUndefined();
  });

  test("is ignored if its value was forged", () =>
    forAll(anyText, async (value) => {
      const pair = `__Host-grantkeep-01234567=${value}`;

      expect(await readFlowCookie(sealer, nonce, [pair])).toBeUndefined();
    }));

  test("is ignored if it was changed", async () => {
    const pair = await pairAt(nonce, 1);

    await forAll(spoiled(pair), async (changed) => {
      expect(await readFlowCookie(sealer, nonce, [changed])).toBeUndefined();
    });
  });

  test("keeps its contents, for every flow", () =>
    forAll(fc.tuple(anyFlow, fc.string(), fc.string(), fc.nat()), async ([flow, ...parts]) => {
      const [browserSecret, codeVerifier, issuedAt] = parts;
      const cookie = { browserSecret, codeVerifier, issuedAt };
      const header = await createFlowCookie(sealer, flow, cookie, 600);

      expect(await readFlowCookie(sealer, flow, [header.split(";", 1).join()])).toEqual(cookie);
    }));

  test("is limited to 512 characters", async () => {
    const read = async (length: number) => {
      const header = await createFlowCookie(
        sealer,
        nonce,
        { ...cookieAt(1), codeVerifier: "v".repeat(length) },
        600,
      );
      const pair = header.split(";", 1).join();
      const isRead = (await readFlowCookie(sealer, nonce, [pair])) !== undefined;
      return { isRead, length: pair.length - "__Host-grantkeep-01234567=".length };
    };

    expect(await read(257)).toEqual({ isRead: true, length: 512 });
    expect(await read(258)).toEqual({ isRead: false, length: 513 });
  });

  test("passes on the error of a key ring that cannot be loaded", async () => {
    const pair = await pairAt(nonce, 1);
    const broken = { ...sealer, open: () => Promise.reject(new Error("out of order")) };

    await expect(readFlowCookie(broken, nonce, [pair])).rejects.toThrow("out of order");
  });

  test("is expired by an empty value with Max-Age=0", () => {
    expect(expireFlowCookie(nonce)).toBe(
      "__Host-grantkeep-01234567=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    );
  });
});

describe("a browser with many flows", () => {
  test("keeps the three newest beside the new one, and loses the oldest", async () => {
    const flows = ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd", "eeeeeeee"];
    const pairs = await Promise.all(flows.map((flow, index) => pairAt(flow, 100 - index)));

    const expired = await expireOldFlowCookies(sealer, pairs);

    expect(expired.map((header) => header.split("=", 1).join())).toEqual([
      "__Host-grantkeep-dddddddd",
      "__Host-grantkeep-eeeeeeee",
    ]);
  });

  test("loses cookies that cannot be decrypted first, and keeps cookies with other names", async () => {
    const pairs = [
      "session=abc",
      "__Host-grantkeep-ffffffff=garbage",
      "__Host-grantkeep-notahexname=x",
      "x__Host-grantkeep-ffffffff=x",
      "__Host-grantkeep-fffffffff=x",
      "__Host-grantkeep-fffffffx=x",
      await pairAt("aaaaaaaa", 3),
      await pairAt("bbbbbbbb", 2),
      await pairAt("cccccccc", 1),
    ];

    expect(await expireOldFlowCookies(sealer, pairs)).toEqual([expireFlowCookie("ffffffff")]);
  });
});
