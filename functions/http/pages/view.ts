import { createHash } from "node:crypto";
import type { Brand } from "../../../core/configuration/brand.ts";
import type { Configuration } from "../../../core/configuration/configuration.ts";
import type { Language } from "../../../core/configuration/languages.ts";
import type { LocalText } from "../../../core/configuration/text.ts";
import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import type { HttpEvent } from "../event.ts";
import { chooseLanguage, keepLanguage } from "./language.ts";
import { loadWords } from "./load-words.ts";
import { createStyle } from "./style.ts";
import type { Names, Words } from "./words.ts";

/** The brand and the language of all pages of one response. */
export interface View {
  readonly brand: Brand;
  readonly platforms: Configuration["platforms"];
  readonly languages: readonly Language[];
  readonly language: Language;
  readonly words: Words;
  readonly style: string;
  /** The hash of the style sheet, for the content security policy. */
  readonly styleHash: string;
  /** `Set-Cookie` values that keep a chosen language. */
  readonly languageCookies: readonly string[];
}

/** Returns the view for a request. */
export type ViewOf = (event: HttpEvent) => Promise<View>;

/** Creates the views of a configuration. Only the texts of requested languages are loaded. */
export function createViews({ brand, languages, platforms }: Configuration): ViewOf {
  const style = createStyle(brand.accent);
  const styleHash = createHash("sha256").update(style).digest("base64");
  return async (event) => {
    const language = chooseLanguage(event, languages);
    return {
      brand,
      platforms,
      languages,
      language,
      words: await loadWords[language](),
      style,
      styleHash,
      languageCookies: keepLanguage(event, languages),
    };
  };
}

/** Returns the names that texts contain. */
export function namesOf({ brand, words }: View, platform: Platform | undefined): Names {
  return {
    bot: brand.name,
    platform: platform === undefined ? words.thePlatform : PLATFORMS[platform].displayName,
  };
}

/** Returns a text of the operator in the language of the page, or else in the best other one. */
export function localize(
  { language, languages }: View,
  text: LocalText | undefined,
): string | undefined {
  if (text === undefined || typeof text === "string") return text;
  const found = [language, ...languages].find((candidate) => text[candidate] !== undefined);
  return found === undefined ? Object.values(text)[0] : text[found];
}

/** Returns a name of somebody else in a text, which it cannot turn around (Unicode: UAX #9, isolates). */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}
