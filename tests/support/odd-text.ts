import type { Random } from "./random.ts";

/** Texts that a platform could report as a name, an address or a scope, from plain to hostile. */
const ODD = [
  "Acme",
  "",
  " ",
  "\t\r\n",
  "Acme\0Inc",
  "Acme\nInc",
  "\u001b[31mAcme",
  "\u202egnp.exe",
  "Ac\u200bme",
  "\ufeffAcme",
  "\u2066Acme\u2069",
  "\ud83d",
  "Acme\udc00",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\u2764\ufe0f",
  "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
  "\u05d0\u05d1\u05d2",
  "e\u0301\u0327\u0316",
  "\u3164",
  "\uffff",
  "\u{10ffff}",
  "<script>alert(1)</script>",
  "'; drop table installations; --",
  '{"__proto__":{"a":1}}',
  "constructor",
  "null",
  "%00%0d%0a",
  "=cmd|'/c calc'!A0",
] as const;

/** Returns a text of the list, several of them, a long one, or characters from anywhere. */
function oddText(random: Random): string {
  switch (random.between(1, 6)) {
    case 1:
      return random.pick(ODD) + random.pick(ODD);
    case 2:
      return random.pick(ODD).repeat(random.between(1, 300));
    case 3:
      return anything(random, random.between(1, 20));
    case 4:
      return "a".repeat(random.between(250, 260)) + anything(random, 3);
    default:
      return random.pick(ODD);
  }
}

/** Returns any characters, and also halves of characters. */
function anything(random: Random, length: number): string {
  const highest = [0x7f, 0xffff, 0x10ffff] as const;
  const characters = Array.from({ length }, () => random.between(0, random.pick(highest)));
  return String.fromCodePoint(...characters);
}

/** Returns the text, or in so many of a hundred cases an odd one. */
export function perhapsOdd(random: Random, text: string, percent = 50): string {
  return random.between(1, 100) <= percent ? oddText(random) : text;
}
