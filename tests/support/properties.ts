import fc from "fast-check";

/** How many examples each property is tried on; `PROPERTY_RUNS=20000` makes a night of it. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 100);

/** Tries a property on many examples, and shrinks the first one that breaks it. */
export function forAll<Example>(
  examples: fc.Arbitrary<Example>,
  check: (example: Example) => void | Promise<void>,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(examples, async (example) => {
      await check(example);
    }),
    { numRuns },
  );
}

/** Any character, half of them ASCII, and also halves of characters. */
const character = fc
  .oneof(fc.nat(0x7f), fc.nat(0xffff), fc.nat(0x10ffff))
  .map((codePoint) => String.fromCodePoint(codePoint));

/** Any text, as short and as odd as it may be. */
export const anyText = fc.string({ unit: character });

/** Any text that says something. */
export const someText = fc.string({ unit: character, minLength: 1 });

/** A text with one character replaced, put in or taken out, and never the text itself. */
export function spoiled(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length), fc.nat(1), anyText)
    .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut))
    .filter((changed) => changed !== text);
}
