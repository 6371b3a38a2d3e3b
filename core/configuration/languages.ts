/** The languages of the pages, each by its own name. English comes first: it is shown to everybody else. */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  ja: "日本語",
} as const;

export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_CODES = listCodes();

/** @__NO_SIDE_EFFECTS__ lets the bundler drop the list from functions that do not use it. */
function listCodes() {
  return Object.keys(LANGUAGES).filter((code): code is Language => code in LANGUAGES);
}
