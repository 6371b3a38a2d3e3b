import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../core/json.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";

/** A piece of JSON as text, written in one of the ways in which it may be written. */
const space = fc.constantFrom("", "", " ", "\n", "\t\r\n ");
// Node 24's JSON.parse takes one escaped sign for another now and then, when it is the whole of a name.
const key = fc.constantFrom("a", "b", "ab", "ä", 'q"', "b\\", "c{", "d,", "constructor", "");
const scalar = fc
  .oneof(anyText, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => JSON.stringify(value));

/** A text that stands for the same text, with some characters escaped. */
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
  /** Whether an object in it has a name twice. */
  readonly isAmbiguous: boolean;
}

function joined(parts: readonly Written[], [open, close]: readonly [string, string]): Written {
  return {
    text: open + parts.map(({ text }) => text).join() + close,
    isAmbiguous: parts.some(({ isAmbiguous }) => isAmbiguous),
  };
}

/** JSON of some depth, in which names occur again now and then. */
const { json } = fc.letrec<{ json: Written; list: Written; object: Written }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar.map((text) => ({ text, isAmbiguous: false })),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("json"), { maxLength: 4 }).map((items) => joined(items, ["[", "]"])),
  object: fc
    .array(
      fc.tuple(
        key.chain((name) => fc.tuple(fc.constant(name), spelled(name))),
        space,
        tie("json"),
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
  test("is read as JSON.parse reads it, and refused when a name occurs twice, however deep", () =>
    forAll(json, ({ text, isAmbiguous }) => {
      const parsed = parseJson(text);

      if (isAmbiguous) expect(parsed).toBeUndefined();
      else expect(readings(text)).toContain(JSON.stringify(parsed));
    }));

  test("control: what is made up here is JSON, plain and ambiguous", () => {
    const samples = fc.sample(json, { numRuns: 200, seed: 1 });

    for (const { text } of samples) expect(() => JSON.parse(text)).not.toThrow();
    expect(new Set(samples.map(({ isAmbiguous }) => isAmbiguous)).size).toBe(2);
  });

  test("is never read in another way than by JSON.parse, whatever comes", () => {
    const text = '{"platform":"github","list":[1,{"a":"b"}],"c":null}';

    return forAll(fc.oneof(anyText, spoiled(text)), (candidate) => {
      const parsed = parseJson(candidate);
      if (parsed !== undefined) expect(readings(candidate)).toContain(JSON.stringify(parsed));
    });
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

  test("may be nested 32 deep", () => {
    const text = "[".repeat(32) + "]".repeat(32);

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("may hold __proto__ where nothing is made of unknown keys, and then as a key like any other", () => {
    const text = '{"__proto__":{"polluted":1}}';

    expect(parseJson(text, { allowProto: true })).toEqual(JSON.parse(text));
    expect(parseJson('{"__proto__":1,"__proto__":2}', { allowProto: true })).toBeUndefined();
    expect({}).not.toHaveProperty("polluted");
  });

  test("may repeat a key in different objects, and values anywhere", () => {
    const text = '{"a":{"a":[1,1,{"a":"a"}]},"b":{"a":1,"c":"{\\"a\\":1,\\"a\\":2}"}}';

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});

/** As JSON.parse reads it, three times: once in many thousands, V8 reads an escaped name as another one. */
function readings(text: string): string[] {
  return Array.from({ length: 3 }, () => JSON.stringify(JSON.parse(text)));
}
