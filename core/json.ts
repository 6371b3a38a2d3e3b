const MAX_DEPTH = 32;

/** The structural tokens of JSON. Strings are matched whole. */
const STRUCTURE = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/**
 * Parses JSON, or returns `undefined` if it is invalid or ambiguous: if an object has a duplicate key, if
 * it is nested deeper than `maxDepth`, 32 by default, or if a key is `__proto__`.
 *
 * Set `allowProto` only where unknown keys are dropped.
 *
 * @see RFC 8259, section 4 (names should be unique)
 */
export function parseJson(
  text: string,
  { allowProto = false, maxDepth = MAX_DEPTH } = {},
): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isUnambiguous(text, { allowProto, maxDepth }) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Scans valid JSON once and tracks the keys of each open object. */
function isUnambiguous(
  text: string,
  { allowProto, maxDepth }: { allowProto: boolean; maxDepth: number },
): boolean {
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (const [token] of text.matchAll(STRUCTURE)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : undefined);
      if (open.length > maxDepth) return false;
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
