const MAX_DEPTH = 32;

/** The tokens of JSON that matter for its structure; strings are matched whole. */
const STRUCTURE = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/**
 * Parses JSON that people or programs wrote, or answers `undefined` for what is not plain JSON: also for
 * a key that occurs twice in an object (two readers would see two values), for nesting deeper than 32,
 * and for the key `__proto__` unless it is allowed because nothing is made of unknown keys.
 *
 * @see RFC 8259, section 4 (names should be unique)
 */
export function parseJson(text: string, { allowProto = false } = {}): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isUnambiguous(text, allowProto) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads valid JSON in one pass, with the set of keys of every object that is open. */
function isUnambiguous(text: string, allowProto: boolean): boolean {
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (const [token] of text.matchAll(STRUCTURE)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : undefined);
      if (open.length > MAX_DEPTH) return false;
      isKey = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      isKey = false;
    } else if (token === ",") {
      isKey = open.at(-1) !== undefined;
    } else if (isKey) {
      const key: unknown = JSON.parse(token);
      const keys = open.at(-1);
      if (typeof key !== "string" || keys?.has(key)) return false;
      if (key === "__proto__" && !allowProto) return false;
      keys?.add(key);
      isKey = false;
    }
  }
  return true;
}
