import * as v from "valibot";
import { COLOR, contrastOf, TEXT_CONTRAST } from "./color.ts";
import { localTextOf, textOf } from "./text.ts";

const MAX_URL_LENGTH = 512;
const MAX_LOGO_KB = 48;
const LOGO = /^data:image\/(png|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;
const WHITE = "#ffffff";

/** Grantkeep's own green. */
const DEFAULT_ACCENT = "#0f5f49";

const PageUrl = v.pipe(
  v.string(),
  v.maxLength(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters.`),
  v.check((text) => isUrlOf(text, "https:"), "must be an https URL."),
);

const SupportUrl = v.pipe(
  v.string(),
  v.maxLength(MAX_URL_LENGTH, `must have at most ${MAX_URL_LENGTH} characters.`),
  v.check(
    (text) => isUrlOf(text, "https:", "mailto:"),
    "must be an https URL, or mailto: with an e-mail address.",
  ),
);

/** Pages show it as an image: browsers run no script and load nothing that an image refers to. */
const Logo = v.pipe(
  v.string(),
  v.check(
    (text) => LOGO.test(text),
    "must be the path of a PNG or SVG file, or such a file as a data: URL.",
  ),
  v.maxLength(MAX_LOGO_KB * 1024, `must have at most ${(MAX_LOGO_KB * 3) / 4} KB.`),
);

/** White text has to be readable on it. */
const Accent = v.pipe(
  v.string(),
  v.regex(COLOR, "must be a color such as #4338ca."),
  v.check(
    (color) => !COLOR.test(color) || contrastOf(color, WHITE) >= TEXT_CONTRAST,
    `must have a contrast of at least ${TEXT_CONTRAST} to white: choose a darker color.`,
  ),
);

/** Who asks for the access, as the pages show it to a customer. */
export const Brand = v.strictObject({
  /** The name of the bot. */
  name: textOf(60),
  /** The purpose of the bot, in one sentence. */
  purpose: v.optional(localTextOf(200)),
  /** The company that operates the bot. */
  company: v.optional(textOf(80)),
  /** A PNG or SVG, as a path relative to the configuration file, or as a `data:` URL. */
  logo: v.optional(Logo),
  /** The color of buttons and links. */
  accent: v.optional(Accent, DEFAULT_ACCENT),
  /** Where a customer uses the bot after an install. */
  appUrl: v.optional(PageUrl),
  /** Where a customer gets help: a page, or `mailto:` with an address. */
  supportUrl: v.optional(SupportUrl),
  privacyUrl: v.optional(PageUrl),
  termsUrl: v.optional(PageUrl),
});
export type Brand = v.InferOutput<typeof Brand>;

function isUrlOf(text: string, ...protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  if (!url || !protocols.includes(url.protocol)) return false;
  if (url.protocol === "mailto:") return /^[^\s@]+@[^\s@]+$/.test(url.pathname);
  return url.username === "" && url.password === "";
}
