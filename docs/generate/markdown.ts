const MAX_COLUMNS = 110;

/** Returns a table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `|${cells.map((cell) => ` ${cell}`.trimEnd()).join(" |")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Returns the paragraphs that there are, one after the other. */
export function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("\n\n");
}

/** Returns the sentence that lists error codes. */
export function errorList(codes: readonly string[]): string {
  const all = [...codes, "server_error"].map((code) => `\`${code}\``);
  return `**Errors**: ${all.join(", ")}.`;
}

/** Returns a value as a block of JSON. */
export function jsonBlock(value: unknown): string {
  return ["```json", jsonText(value), "```"].join("\n");
}

/** Returns an HTTP message as a block. A text is the body as it is, and every other value is JSON. */
export function httpBlock(
  firstLine: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const content = body === undefined ? [] : ["", typeof body === "string" ? body : jsonText(body)];
  return ["```http", firstLine, ...lines, ...content, "```"].join("\n");
}

/** Returns the anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  const kept = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "");
  return kept.replaceAll(" ", "-");
}

/** Returns JSON in which an object or a list is on one line if it fits. */
export function jsonText(value: unknown, indent = ""): string {
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(
    ([key, part]) => `${isList ? "" : `${JSON.stringify(key)}: `}${jsonText(part, deeper)}`,
  );
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  const line = isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (line.length + indent.length <= MAX_COLUMNS && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
}
