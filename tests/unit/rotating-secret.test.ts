import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import {
  createRotatingSecret,
  createSigningSecret,
  type SecretValues,
} from "../../core/providers/rotating-secret.ts";

type Refusal = "provider_misconfigured" | "invalid_signature" | "provider_error";

/** A secret that is `known` from memory and `newer` when it is read again, and the values that were tried. */
function open(known: SecretValues, newer: SecretValues, right: string, refusal: Refusal) {
  const tried: string[] = [];
  const reads: boolean[] = [];
  const read = async ({ reload = false } = {}) => {
    reads.push(reload);
    return reload ? newer : known;
  };
  const call = async (secret: string) => {
    tried.push(secret);
    if (secret !== right) throw new ServiceError(refusal, `No: ${tried.length}.`);
    return "done";
  };
  return { read, call, tried, reads };
}

test("a secret that cannot be read is a failure without an effect: nothing was sent", async () => {
  const away = new ServiceError("retry_later", "Secrets Manager is away.");
  const secret = createRotatingSecret(() => Promise.reject(away));

  const using = secret.use(() => Promise.reject(new Error("The test expects no call.")));

  await expect(using).rejects.toMatchObject({ code: "retry_later", outcome: "none" });
});

describe("the secret of our calls", () => {
  test.each<[string, SecretValues, SecretValues, string, string[]]>([
    ["one", ["a"], ["z"], "a", ["a"]],
    ["the first of two", ["a", "b"], ["z"], "a", ["a"]],
    ["the second of two", ["a", "b"], ["z"], "b", ["a", "b"]],
    ["one that is read again", ["a"], ["b"], "b", ["a", "b"]],
    [
      "one that is read again beside one that was tried",
      ["a", "b"],
      ["b", "c"],
      "c",
      ["a", "b", "c"],
    ],
    ["the last of four", ["a", "b"], ["c", "d"], "d", ["a", "b", "c", "d"]],
  ])("is tried in order, each once: %s", async (_, known, newer, right, expected) => {
    const { read, call, tried } = open(known, newer, right, "provider_misconfigured");

    expect(await createRotatingSecret(read).use(call)).toBe("done");
    expect(tried).toEqual(expected);
  });

  test("is not tried again when nothing newer is there", async () => {
    const { read, call, tried, reads } = open(
      ["a", "b"],
      ["b", "a"],
      "z",
      "provider_misconfigured",
    );

    await expect(createRotatingSecret(read).use(call)).rejects.toThrow("No: 2.");
    expect(tried).toEqual(["a", "b"]);
    expect(reads).toEqual([false, true]);
  });

  test("is not tried again when something else went wrong: a code may be spent then", async () => {
    const { read, call, tried, reads } = open(["a", "b"], ["c"], "b", "provider_error");

    await expect(createRotatingSecret(read).use(call)).rejects.toThrow("No: 1.");
    expect([tried, reads]).toEqual([["a"], [false]]);
  });
});

describe("the secret of what a platform signs", () => {
  test("is tried in order, and not read again because of a wrong signature", async () => {
    const right = open(["a", "b"], ["c"], "b", "invalid_signature");
    const wrong = open(["a", "b"], ["c"], "c", "invalid_signature");

    await createSigningSecret(right.read).use(right.call);
    const refused = createSigningSecret(wrong.read).use(wrong.call);

    await expect(refused).rejects.toThrow("No: 2.");
    expect([right.tried, wrong.tried]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect([...right.reads, ...wrong.reads]).toEqual([false, false]);
  });
});
