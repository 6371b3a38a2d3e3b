const QUERY = "Q";
const PARSE = "P";

/** One message of PostgreSQL's protocol. */
export interface WireMessage {
  /** One letter; empty for the first message of a client. */
  readonly type: string;
  readonly bytes: Buffer;
  /** Returns what follows the header, as Latin-1. */
  text(): string;
  /** Returns the statement that a client sends, if it is one. */
  statement(): string | undefined;
}

/**
 * Returns a function that splits what a client sends into messages, of which the first has no type.
 *
 * @see [Message formats](https://www.postgresql.org/docs/current/protocol-message-formats.html)
 */
export function createMessageReader() {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;

  return (bytes: Buffer): WireMessage[] => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const messages: WireMessage[] = [];
    for (;;) {
      const typeBytes = isStarted ? 1 : 0;
      if (rest.length < typeBytes + 4) break;
      const length = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < length) break;
      messages.push(toMessage(rest.subarray(0, length), typeBytes));
      rest = rest.subarray(length);
      isStarted = true;
    }
    return messages;
  };
}

/** Returns the bytes of a message with another statement. */
export function withText({ type, bytes }: WireMessage, statement: string): Buffer {
  const [start, end] = findStatement(type, bytes);
  return build(type, [bytes.subarray(5, start), Buffer.from(statement), bytes.subarray(end)]);
}

/** Returns an `ErrorResponse` with these fields, each with its letter. */
export function errorMessage(fields: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(fields).map(([letter, text]) => `${letter}${text}\0`);
  return build("E", [Buffer.from(`${texts.join("")}\0`)]);
}

/** Returns the message with which a client sends its password. */
export function passwordMessage(password: string): Buffer {
  return build("p", [Buffer.from(`${password}\0`)]);
}

function build(type: string, body: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeInt32BE(4 + body.reduce((sum, part) => sum + part.length, 0), 1);
  return Buffer.concat([header, ...body]);
}

function toMessage(bytes: Buffer, typeBytes: number): WireMessage {
  const type = bytes.toString("latin1", 0, typeBytes);
  return {
    type,
    bytes,
    text: () => bytes.toString("latin1", typeBytes + 4),
    statement() {
      if (type !== QUERY && type !== PARSE) return undefined;
      const [start, end] = findStatement(type, bytes);
      return bytes.toString("utf8", start, end);
    },
  };
}

/** Returns where a statement begins and ends; in `Parse`, it follows its name. */
function findStatement(type: string, bytes: Buffer): readonly [number, number] {
  const start = type === PARSE ? bytes.indexOf(0, 5) + 1 : 5;
  return [start, bytes.indexOf(0, start)];
}
