import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../functions/json.ts";

describe("JSON from outside", () => {
  test("is read as JSON.parse reads it when there is only one way to read it", () => {
    const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.stringify(value));

    fc.assert(
      fc.property(json, (text) => {
        fc.pre(!text.includes("__proto__"));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ["text that is cut off", '{"a":'],
    ["text after the value", "{} garbage"],
    ["an empty text", ""],
    ["a byte order mark", '\uFEFF{"a":1}'],
    ["a raw control character in a string", '{"a":"\u0000"}'],
    ["a key that occurs twice", '{"a":1,"b":2,"a":3}'],
    ["a key that occurs twice, once escaped", '{"a":1,"\\u0061":3}'],
    ["a key that occurs twice deep inside", '{"x":[{"y":{"a":1,"a":2}}]}'],
    ["__proto__", '{"__proto__":{"is_active":false}}'],
    ["__proto__ deep inside", '{"metadata":[{"\\u005f_proto__":1}]}'],
    ["a nesting of 33", "[".repeat(33) + "]".repeat(33)],
    ["a nesting of 10,000", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ])("is refused with %s", (_, text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  test("may repeat a key in different objects, and values anywhere", () => {
    const text = '{"a":{"a":[1,1,{"a":"a"}]},"b":{"a":1,"c":"{\\"a\\":1,\\"a\\":2}"}}';

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});
