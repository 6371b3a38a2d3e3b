import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as v from "valibot";

/** When the messages are longer than this together, the oldest half of them is dropped. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** A log line of a function, which is a JSON object. */
const StoredLine = v.object({
  id: v.string(),
  /** When it was written, in milliseconds. */
  time: v.number(),
  functionName: v.string(),
  message: v.string(),
});
export type StoredLine = Readonly<v.InferOutput<typeof StoredLine>>;

const StoredText = v.pipe(v.string(), v.parseJson(), StoredLine);

/** The log lines of the functions, oldest first. */
export interface LogStore {
  readonly lines: readonly StoredLine[];
  add(functionName: string, message: string): void;
}

/** Creates a store in memory. */
export function createLogStore(maxLength = MAX_LENGTH): LogStore {
  return createStore([], maxLength, { onAdd() {}, onDrop() {} });
}

/** Opens a store that keeps its lines in a file, which only its owner can read. */
export function openLogStore(file: string, maxLength = MAX_LENGTH): LogStore {
  return createStore(readLines(file), maxLength, {
    onAdd: (line) => appendFileSync(file, toText(line), { mode: 0o600 }),
    onDrop(lines) {
      const next = `${file}.next`;
      writeFileSync(next, lines.map(toText).join(""), { mode: 0o600 });
      renameSync(next, file);
    },
  });
}

function createStore(
  lines: StoredLine[],
  maxLength: number,
  kept: { onAdd(line: StoredLine): void; onDrop(lines: readonly StoredLine[]): void },
): LogStore {
  let length = lines.reduce((sum, { message }) => sum + message.length, 0);
  return {
    lines,
    add(functionName, message) {
      const line = { id: randomUUID(), time: Date.now(), functionName, message };
      lines.push(line);
      length += message.length;
      kept.onAdd(line);
      if (length <= maxLength) return;
      let dropped = 0;
      while (length > maxLength / 2) {
        length -= lines[dropped]?.message.length ?? length;
        dropped += 1;
      }
      lines.splice(0, dropped);
      kept.onDrop(lines);
    },
  };
}

/** Reads the lines of a file. One that was cut off by a crash is left out. */
function readLines(file: string): StoredLine[] {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // There is none yet.
  }
  return text.split("\n").flatMap((one) => {
    const line = v.safeParse(StoredText, one);
    return line.success ? [line.output] : [];
  });
}

function toText(line: StoredLine): string {
  return `${JSON.stringify(line)}\n`;
}
