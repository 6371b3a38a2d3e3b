import type { Configuration } from "../../core/configuration/configuration.ts";
import type { LocalText } from "../../core/configuration/text.ts";

/** Returns the name of the app of a stage: that of the bot, with the stage unless it is production. */
export function appName({ brand }: Configuration, stage: string, maxLength: number): string {
  const suffix = stage === "production" ? "" : ` ${stage}`;
  if (suffix.length >= maxLength) return brand.name.slice(0, maxLength).trim();
  return `${brand.name.slice(0, maxLength - suffix.length).trim()}${suffix}`;
}

/** Returns the purpose of the bot in English, or in another language if there is no English text. */
export function appDescription({ brand }: Configuration, maxLength: number): string | undefined {
  return brand.purpose === undefined ? undefined : inEnglish(brand.purpose)?.slice(0, maxLength);
}

function inEnglish(text: LocalText): string | undefined {
  return typeof text === "string" ? text : (text.en ?? Object.values(text)[0]);
}
