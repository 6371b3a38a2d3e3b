import type { Language } from "../../../core/configuration/languages.ts";
import type { GrantWords } from "./grants.ts";

/** Loads the texts of a language, which only the page before the consent needs. */
export const loadGrantWords: Readonly<Record<Language, () => Promise<GrantWords>>> = {
  en: async () => (await import("./grants/en.ts")).en,
  de: async () => (await import("./grants/de.ts")).de,
  es: async () => (await import("./grants/es.ts")).es,
  fr: async () => (await import("./grants/fr.ts")).fr,
  ja: async () => (await import("./grants/ja.ts")).ja,
};
