import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../core/json.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";

/** A JSON value, and one of its possible spellings. */
const space = fc.constantFrom("", "", " ", "\n", "\t\r\n ");
// Node 24's JSON.parse sometimes misreads an escaped character that is a whole name.
const key = fc.constantFrom("a", "b", "ab", "ä", 'q"', "b\\", "c{", "d,", "constructor", "");
const scalar = fc
  .oneof(anyText, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => JSON.stringify(value));

/** A string with some of its characters escaped. */
function spelled(text: string): fc.Arbitrary<string> {
  return fc.infiniteStream(fc.boolean()).map((escapes) => {
    const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    const isEscaped = units.map(() => escapes.next().value === true);
    const written = units.map((unit, at) =>
      isEscaped[at]
        ? `\\u${unit.toString(16).padStart(4, "0")}`
        : JSON.stringify(String.fromCharCode(unit)).slice(1, -1),
    );
    return `"${written.join("")}"`;
  });
}

interface Written {
  readonly text: string;
  /** Whether an object in it has a duplicate name. */
  readonly isAmbiguous: boolean;
}

function joined(parts: readonly Written[], [open, close]: readonly [string, string]): Written {
  return {
    text: open + parts.map(({ text }) => text).join() + close,
    isAmbiguous: parts.some(({ isAmbiguous }) => isAmbiguous),
  };
}

/** Nested JSON in which some names are duplicated. */
const { json } = fc.letrec<{ json: Written; list: Written; object: Written }>((recurse) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar.map((text) => ({ text, isAmbiguous: false })),
    recurse("list"),
    recurse("object"),
  ),
  list: fc.array(recurse("json"), { maxLength: 4 }).map((items) => joined(items, ["[", "]"])),
  object: fc
    .array(
      fc.tuple(
        key.chain((name) => fc.tuple(fc.constant(name), spelled(name))),
        space,
        recurse("json"),
      ),
      { maxLength: 4 },
    )
    .map((members) => {
      const names = members.map(([[name]]) => name);
      const parts = members.map(([[, written], gap, { text, isAmbiguous }]) => ({
        text: `${gap}${written}${gap}:${gap}${text}${gap}`,
        isAmbiguous,
      }));
      const object = joined(parts, ["{", "}"]);
      const isAmbiguous = object.isAmbiguous || new Set(names).size < names.length;
      return { ...object, isAmbiguous };
    }),
}));

describe("JSON from outside", () => {
  test("is parsed as JSON.parse does, and refused with a duplicate name at any depth", () =>
    forAll(json, ({ text, isAmbiguous }) => {
      const parsed = parseJson(text);

      if (isAmbiguous) expect(parsed).toBeUndefined();
      else expect(readings(text)).toContain(JSON.stringify(parsed));
    }));

  test("control: the generated texts are valid JSON, some of them ambiguous", () => {
    const samples = fc.sample(json, { numRuns: 200, seed: 1 });

    for (const { text } of samples) expect(() => JSON.parse(text)).not.toThrow();
    expect(new Set(samples.map(({ isAmbiguous }) => isAmbiguous)).size).toBe(2);
  });

  test("is never parsed differently from JSON.parse, whatever the input", () => {
    const text = '{"platform":"github","list":[1,{"a":"b"}],"c":null}';

    return forAll(fc.oneof(anyText, spoiled(text)), (candidate) => {
      const parsed = parseJson(candidate);
      if (parsed !== undefined) expect(readings(candidate)).toContain(JSON.stringify(parsed));
    });
  });

  test.each([
    ["truncated text", '{"a":'],
    ["text after the value", "{} garbage"],
    ["an empty text", ""],
    ["a byte order mark", '\uFEFF{"a":1}'],
    ["a raw control character in a string", '{"a":"\u0000"}'],
    ["a duplicate key", '{"a":1,"b":2,"a":3}'],
    ["a duplicate key, escaped once", '{"a":1,"\\u0061":3}'],
    ["a duplicate key deep inside", '{"x":[{"y":{"a":1,"a":2}}]}'],
    ["__proto__", '{"__proto__":{"is_active":false}}'],
    ["__proto__ deep inside", '{"metadata":[{"\\u005f_proto__":1}]}'],
    ["a nesting of 33", "[".repeat(33) + "]".repeat(33)],
    ["a nesting of 10,000", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ])("is refused with %s", (_, text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  test("may be nested 32 deep", () => {
    const text = "[".repeat(32) + "]".repeat(32);

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("may have a key __proto__ with allowProto, as an own key", () => {
    const text = '{"__proto__":{"polluted":1}}';

    expect(parseJson(text, { allowProto: true })).toEqual(JSON.parse(text));
    expect(parseJson('{"__proto__":1,"__proto__":2}', { allowProto: true })).toBeUndefined();
    expect({}).not.toHaveProperty("polluted");
  });

  test("may repeat keys in different objects, and values anywhere", () => {
    const text = '{"a":{"a":[1,1,{"a":"a"}]},"b":{"a":1,"c":"{\\"a\\":1,\\"a\\":2}"}}';

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});

/** Parses with JSON.parse three times: rarely, V8 misreads an escaped name. */
function readings(text: string): string[] {
  return Array.from({ length: 3 }, () => JSON.stringify(JSON.parse(text)));
}
