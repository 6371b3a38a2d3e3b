/** Comments, strings, quoted names, names (which may contain a `$`), and any other character. */
const TOKEN =
  /--[^\n]*|\s+|e'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?\$\1\$|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/giuy;

/** The start of a token that must be closed. */
const OPENING = /e?'|"|\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/iuy;

const COMMENT_BOUNDARY = /\/\*|\*\//g;

/**
 * Splits SQL at the semicolons that end a statement: not at those in strings, names and comments. Comments
 * and space around a statement are left out.
 *
 * @throws {Error} when a string, a name or a comment has no end
 */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start: number | undefined;
  let end = 0;
  for (let position = 0; position < text.length; ) {
    const next = endOfToken(text, position);
    const token = text.slice(position, next);
    if (token === ";") {
      if (start !== undefined) statements.push(text.slice(start, end));
      start = undefined;
    } else if (!isBlank(token)) {
      start ??= position;
      end = next;
    }
    position = next;
  }
  if (start !== undefined) statements.push(text.slice(start, end));
  return statements;
}

function endOfToken(text: string, position: number): number {
  if (text.startsWith("/*", position)) return endOfComment(text, position);
  const token = matchAt(TOKEN, text, position);
  const opening = matchAt(OPENING, text, position);
  if (opening !== "" && token.length <= opening.length) throw notClosed(text, position);
  return position + token.length;
}

function matchAt(pattern: RegExp, text: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? "";
}

/** Comments of this kind may hold others. */
function endOfComment(text: string, position: number): number {
  COMMENT_BOUNDARY.lastIndex = position;
  let depth = 0;
  do {
    const boundary = COMMENT_BOUNDARY.exec(text);
    if (!boundary) throw notClosed(text, position);
    depth += boundary[0] === "/*" ? 1 : -1;
  } while (depth > 0);
  return COMMENT_BOUNDARY.lastIndex;
}

function isBlank(token: string): boolean {
  return token.startsWith("--") || token.startsWith("/*") || token.trim() === "";
}

function notClosed(text: string, position: number): Error {
  const line = text.slice(0, position).split("\n").length;
  return new Error(`Line ${line} of the SQL opens a string, a name or a comment that has no end.`);
}
