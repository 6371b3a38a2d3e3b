/** What is shorter is found by chance. */
const MIN_BYTES = 8;

/** Secrets that must not be written anywhere, in whatever spelling. */
export interface Canaries {
  /** Adds a secret, under the name by which a test that finds it will call it. */
  plant(name: string, secret: string | Buffer): void;
  /** The names of the secrets that a text gives away. */
  foundIn(text: string): string[];
}

/** Makes an empty set of canaries. */
export function createCanaries(): Canaries {
  const planted = new Map<string, { name: string; spellings: readonly string[] }>();

  return {
    plant(name, secret) {
      const key = secret.toString("latin1");
      if (planted.has(key) || secret.length < MIN_BYTES) return;
      planted.set(key, { name, spellings: spellingsOf(secret) });
    },

    foundIn(text) {
      // Hex is the one spelling that has two cases.
      const texts = [text, text.toLowerCase()];
      return [...planted.values()]
        .filter(({ spellings }) =>
          spellings.some((spelling) => texts.some((searched) => searched.includes(spelling))),
        )
        .map(({ name }) => name);
    },
  };
}

/** As text, URL-encoded, JSON, hex, and base64 and base64url at every alignment. */
function spellingsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const spellings = [bytes.toString("hex"), ...alignedBase64(bytes)];
  if (typeof secret !== "string") return spellings;
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, quoted, encodeURIComponent(secret), ...spellings])];
}

/**
 * The characters of base64 that do not depend on what stands before and after: a secret in the middle of
 * an encoded text starts at one of three positions.
 */
function alignedBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const first = Math.ceil((offset * 8) / 6);
    const afterLast = Math.floor(((offset + bytes.length) * 8) / 6);
    const inner = encoded.slice(first, afterLast);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
