/** Shorter texts are found by coincidence. No encoding of a text is shorter than the text. */
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
  const planted = new Set<string>();
  // By their first characters, so that a text is gone through once however many secrets there are.
  const spellings = new Map<string, { spelling: string; name: string }[]>();

  return {
    plant(name, secret) {
      const key = secret.toString("latin1");
      if (planted.has(key) || secret.length < MIN_BYTES) return;
      planted.add(key);
      for (const spelling of spellingsOf(secret)) {
        const start = spelling.slice(0, MIN_BYTES);
        spellings.set(start, [...(spellings.get(start) ?? []), { spelling, name }]);
      }
    },

    foundIn(text) {
      const found = new Set<string>();
      for (let index = 0; index + MIN_BYTES <= text.length; index += 1) {
        for (const { spelling, name } of spellings.get(text.slice(index, index + MIN_BYTES)) ??
          []) {
          if (text.startsWith(spelling, index)) found.add(name);
        }
      }
      return [...found];
    },
  };
}

/** As text, URL-encoded, JSON, hex, and base64 and base64url at every alignment. */
function spellingsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const spellings = [hex, hex.toUpperCase(), ...alignedBase64(bytes)];
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
