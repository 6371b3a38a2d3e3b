const MAX_DEPTH = 32;

/** The tokens of JSON that matter for its structure; strings are matched whole. */
const STRUCTURE = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/**
 * Parses JSON that people or programs wrote, or answers `undefined` for what is not plain JSON: also for
 * a key that occurs twice in an object (two readers would see two values), for `__proto__`, and for
 * nesting deeper than 32.
 *
 * @see RFC 8259, section 4 (names should be unique)
 */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isUnambiguous(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads valid JSON in one pass, with the set of keys of every object that is open. */
function isUnambiguous(text: string): boolean {
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
      if (typeof key !== "string" || key === "__proto__" || keys?.has(key)) return false;
      keys?.add(key);
      isKey = false;
    }
  }
  return true;
}
