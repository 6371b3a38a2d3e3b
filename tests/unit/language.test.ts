import { describe, expect, test } from "vitest";
import { LANGUAGE_CODES } from "../../core/configuration/languages.ts";
import { describePermission, describeScope } from "../../functions/http/pages/grants.ts";
import { chooseLanguage, keepLanguage } from "../../functions/http/pages/language.ts";
import { loadGrantWords } from "../../functions/http/pages/load-grant-words.ts";
import { loadWords } from "../../functions/http/pages/load-words.ts";
import { httpEvent } from "../support/http-event.ts";

const ALL = LANGUAGE_CODES;

describe("the language of a page", () => {
  test.each([
    ["", "", "", "en"],
    ["", "", "de-AT,de;q=0.9,en;q=0.8", "de"],
    ["", "", "nl, fr;q=0.5, es;q=0.7", "es"],
    ["", "", "ja;q=0, fr", "fr"],
    ["", "", "xx, *;q=0.5", "en"],
    ["", "", "DE", "de"],
    ["", "", ";;,q=,de;q=x", "en"],
    ["", "es", "de", "es"],
    ["lang=fr", "es", "de", "fr"],
    ["lang=de-CH", "", "", "de"],
    ["lang=xx", "", "ja", "ja"],
  ])("with ?%s, the cookie %j and %j is %s", (rawQueryString, cookie, accepted, expected) => {
    const event = httpEvent({
      rawQueryString,
      headers: { "accept-language": accepted },
      cookies: [`__Host-grantkeep-language=${cookie}`],
    });

    expect(chooseLanguage(event, ALL)).toBe(expected);
  });

  test("is one that is configured, and else the first of them", () => {
    const event = httpEvent({ headers: { "accept-language": "en, fr" } });

    expect(chooseLanguage(event, ["de", "fr"])).toBe("fr");
    expect(chooseLanguage(event, ["de", "ja"])).toBe("de");
  });

  test("is kept by a cookie only if it was chosen", () => {
    const kept = ["lang=de", "lang=xx", ""].map((rawQueryString) =>
      keepLanguage(httpEvent({ rawQueryString }), ALL),
    );

    expect(kept).toEqual([
      ["__Host-grantkeep-language=de; Path=/; HttpOnly; Secure; SameSite=Lax"],
      [],
      [],
    ]);
  });
});

describe.each(ALL)("in %s", (language) => {
  const names = { bot: "Patchwork", platform: "GitHub" };

  test("no text is empty or the English one", async () => {
    const words = await loadWords[language]();
    const english = await loadWords.en();

    const texts = Object.entries(words.failures).flatMap(([cause, failure]) =>
      Object.values(failure).map((text) => [cause, text(names)]),
    );
    const others = Object.values(english.failures).flatMap((failure) =>
      Object.values(failure).map((text) => text(names)),
    );
    expect(texts.filter(([, text]) => !text)).toEqual([]);
    if (language !== "en") {
      expect(texts.filter(([, text]) => others.includes(`${text}`))).toEqual([]);
    }
  });

  test("a scope or permission without a text is shown by its name", async () => {
    const words = await loadGrantWords[language]();

    expect(describeScope(words, "made:up")).toContain("made:up");
    expect(describeScope(words, "constructor")).toContain("constructor");
    expect(describePermission(words, { name: "made_up", access: "write" })).toContain("made_up");
  });
});
