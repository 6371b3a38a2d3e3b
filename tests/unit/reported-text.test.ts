import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { ReportedEmail, ReportedName } from "../../core/providers/reported-text.ts";
import { countCharacters, Name } from "../../core/text.ts";
import { anyText, forAll } from "../support/properties.ts";

const FACE = "\u{1f600}";
const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";

describe("a name that a platform reports", () => {
  test.each([
    ["white space around it", "  Acme ", "Acme"],
    ["a line break", "Acme\r\nInc", "Acme Inc"],
    ["NUL", "Ac\0me", "Ac\ufffdme"],
    ["an escape", "\u001b[31mAcme", "\ufffd[31mAcme"],
    ["half of a surrogate pair", "Acme\ud83d", "Acme\ufffd"],
    ["text from right to left", "Acme\u202egnp.exe", "Acme\ufffdgnp.exe"],
    ["a zero-width space", "Ac\u200bme", "Ac\ufffdme"],
    ["a joiner between Latin letters", "Ac\u200dme", "Ac\ufffdme"],
    ["a soft hyphen", "Ac\u00adme", "Ac\ufffdme"],
    ["a byte order mark", "\ufeffAcme", "\ufffdAcme"],
    ["a variation selector behind a letter", "Ac\ufe0fme", "Ac\ufffdme"],
    ["only white space", " \n\t ", ""],
  ])("with %s is stored without it, or with a mark", (_, reported, stored) => {
    expect(v.parse(ReportedName, reported)).toBe(stored);
  });

  test.each([
    ["Greek", "\u03b1\u03b2\u03b3"],
    ["Hebrew", "\u05d0\u05d1\u05d2"],
    ["Persian with a non-joiner", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
    ["Hindi with a joiner", "\u0915\u094d\u200d\u0937"],
    ["an emoji that is joined", FAMILY],
    ["an emoji with a variation selector", "\u2764\ufe0f"],
    ["accents", "e\u0301"],
  ])("in %s is stored as it is", (_, name) => {
    expect(v.parse(ReportedName, name)).toBe(name);
  });

  test("is cut to 255 characters, in which a surrogate pair is one", () => {
    const name = v.parse(ReportedName, `${"a".repeat(254)}${FACE}${FACE}`);

    expect(name).toBe(`${"a".repeat(254)}${FACE}`);
  });

  test("is one that an import takes, and that stays as it is when it is reported again", async () => {
    await forAll(anyText, (text) => {
      const name = v.parse(ReportedName, text);

      expect(v.parse(ReportedName, name)).toBe(name);
      expect(countCharacters(name)).toBeLessThanOrEqual(255);
      if (name !== "") expect(v.is(Name, name)).toBe(true);
    });
  });
});

describe("an e-mail address that a platform reports", () => {
  test.each([
    ["nothing", undefined, null],
    ["null", null, null],
    ["an empty text", "", null],
    ["white space", "  ", null],
    ["white space around it", " ada@example.com\n", "ada@example.com"],
    ["an address of 300 characters", `${"a".repeat(300)}@example.com`, null],
    ["a zero-width space in it", "ada\u200b@example.com", null],
    ["NUL in it", "ada\0@example.com", null],
  ])("as %s is %j", (_, reported, stored) => {
    expect(v.parse(ReportedEmail, reported)).toBe(stored);
  });
});
