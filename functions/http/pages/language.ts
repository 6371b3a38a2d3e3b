import type { Language } from "../../../core/configuration/languages.ts";
import type { HttpEvent } from "../event.ts";

const COOKIE = "__Host-grantkeep-language";

/** Returns the language of a page: the one in the query, the one chosen before, or what the browser prefers. */
export function chooseLanguage(event: HttpEvent, languages: readonly Language[]): Language {
  const wanted = [queriedLanguage(event), keptLanguage(event), ...acceptedLanguages(event)];
  for (const tag of wanted) {
    const language = languages.find((candidate) => candidate === baseOf(tag));
    if (language !== undefined) return language;
  }
  return languages[0] ?? "en";
}

/** Returns the `Set-Cookie` values that keep the language in the query for the pages after the platform's. */
export function keepLanguage(event: HttpEvent, languages: readonly Language[]): string[] {
  const chosen = languages.find((candidate) => candidate === baseOf(queriedLanguage(event)));
  return chosen === undefined
    ? []
    : [`${COOKIE}=${chosen}; Path=/; HttpOnly; Secure; SameSite=Lax`];
}

function queriedLanguage({ rawQueryString }: HttpEvent): string {
  return new URLSearchParams(rawQueryString).get("lang") ?? "";
}

function keptLanguage({ cookies = [] }: HttpEvent): string {
  const pair = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`)) ?? "";
  return pair.slice(COOKIE.length + 1);
}

/**
 * Returns the language ranges of a browser, the best first.
 *
 * @see RFC 9110, section 12.5.4
 */
function acceptedLanguages({ headers }: HttpEvent): string[] {
  const ranges = (headers["accept-language"] ?? "")
    .slice(0, 500)
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { tag, quality: weight === undefined ? 1 : Number(weight.slice(2)) };
    });
  return ranges
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}

/** Returns the language of a tag: `de` for `de-AT`. */
function baseOf(tag: string): string {
  return tag.split("-", 1).join("").toLowerCase();
}
