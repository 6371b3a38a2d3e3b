import type { Language } from "../../../core/configuration/languages.ts";
import type { Words } from "./words.ts";

/** Loads the texts of a language. The bundler puts each language into a file of its own. */
export const loadWords: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import("./words/en.ts")).en,
  de: async () => (await import("./words/de.ts")).de,
  es: async () => (await import("./words/es.ts")).es,
  fr: async () => (await import("./words/fr.ts")).fr,
  ja: async () => (await import("./words/ja.ts")).ja,
};
