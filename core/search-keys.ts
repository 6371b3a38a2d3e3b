import type { Metadata } from "./metadata.ts";

/** The metadata key that names a customer, unless the configuration names another one. */
export const DEFAULT_CUSTOMER_KEY = "customer";

/** Limits the key of an index, which has at most 1 KiB. */
const MAX_NAME_BYTES = 200;
const MAX_CUSTOMER_LENGTH = 128;

/** The letters that Unicode does not decompose into a letter and an accent. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  ı: "i",
  þ: "th",
};

/** The keys by which a list finds an installation, beside its ids. */
export type SearchKeys = {
  readonly nameKey: string;
  /** Empty if the metadata has a value that is no text and no number; `null` if it has none. */
  readonly customer: string | null;
};

/** How a store finds installations. */
export interface SearchOptions {
  /** The metadata key that names the customer of an installation. */
  readonly customerKey?: string;
}

interface Searchable {
  readonly organizationName: string;
  readonly metadata: Metadata;
}

/** Returns the keys that a row is found by. */
export function searchKeysOf(
  { organizationName, metadata }: Searchable,
  customerKey: string,
): SearchKeys {
  return { nameKey: nameKeyOf(organizationName), customer: customerOf(metadata, customerKey) };
}

/** Returns a name in lower case, without accents and with single spaces. */
export function foldName(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/[ßæœøđðłıþ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * Returns the key of a name: the folded name in UTF-8, as hexadecimal digits. They sort in the same order under any
 * collation of a database, so that the names with a prefix are a range of a plain index, which is all that Aurora DSQL
 * has.
 */
export function nameKeyOf(name: string): string {
  return toHex(foldName(name)).slice(0, 2 * MAX_NAME_BYTES);
}

/** Returns the range of the keys of all names that start like a text: from the first, to before the last. */
export function nameRangeOf(prefix: string): { readonly from: string; readonly to: string } {
  const from = toHex(foldName(prefix));
  // Sorts after each hexadecimal digit.
  return { from, to: `${from}g` };
}

/** Returns whether names can start with a text: it has a letter, and the key of a name is not shorter. */
export function isSearchable(text: string): boolean {
  const folded = foldName(text);
  return folded !== "" && Buffer.byteLength(folded) <= MAX_NAME_BYTES;
}

/** Returns the customer that metadata names, as it is stored; `null` if it names none. */
export function customerOf(metadata: Metadata, customerKey: string): string | null {
  const [, value] = Object.entries(metadata).find(([key]) => key === customerKey) ?? [];
  if (value === undefined) return null;
  return typeof value === "string" || typeof value === "number" ? toCustomer(String(value)) : "";
}

/** Returns the first characters of the name of a customer: the key of an index is short. */
export function toCustomer(text: string): string {
  return [...text].slice(0, MAX_CUSTOMER_LENGTH).join("");
}

function toHex(text: string): string {
  return Buffer.from(text).toString("hex");
}
