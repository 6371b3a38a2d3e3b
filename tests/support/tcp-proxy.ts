import { once } from "node:events";
import net from "node:net";

/** The behavior of the proxy for new connections. */
export type Behaviour =
  | { readonly does: "pass" }
  /** Accepts, reads, and never says a word. */
  | { readonly does: "silence" }
  | { readonly does: "reset" }
  /** Says these bytes to the first that it hears, and closes. */
  | { readonly does: "answer"; readonly bytes: Uint8Array }
  /** Passes so many bytes to the client and resets then. */
  | { readonly does: "cut"; readonly afterBytes: number };

/** A TCP proxy on loopback whose network fails as a test says. */
export interface TcpProxy {
  readonly port: number;
  /** Connections since the start. */
  accepted(): number;
  /** Connections that neither side has closed. */
  open(): number;
  /** All that clients have sent, as Latin-1. */
  received(): string;
  /** Decides on new connections: on the next `count` of them, or on all. */
  behave(behaviour: Behaviour, count?: number): void;
  /** From now on, existing connections stay open and carry nothing, as after a NAT gateway forgot them. */
  blackhole(): void;
  /** Resets existing connections. */
  reset(): void;
  /** Closes the port, or opens it again. */
  refuse(isRefusing: boolean): Promise<void>;
  /** Closes the port and all connections. */
  close(): Promise<void>;
}

interface Link {
  readonly client: net.Socket;
  upstream?: net.Socket;
  isBlackhole?: boolean;
}

/** Starts a proxy in front of a port of loopback. */
export async function startTcpProxy(target: { readonly port: number }): Promise<TcpProxy> {
  const links = new Set<Link>();
  const received: Buffer[] = [];
  let accepted = 0;
  let behaviour: Behaviour = { does: "pass" };
  let uses = Number.POSITIVE_INFINITY;

  function next(): Behaviour {
    if (uses === 0) return { does: "pass" };
    uses -= 1;
    return behaviour;
  }

  // A black hole swallows the end of a connection too.
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const link: Link = { client };
    accepted += 1;
    links.add(link);
    client.on("error", () => {});
    client.on("data", (bytes) => received.push(bytes));
    client.on("end", () => {
      if (!link.isBlackhole) client.end();
    });
    client.on("close", () => {
      links.delete(link);
      link.upstream?.destroy();
    });
    serve(link, next(), target.port);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);

  return {
    port,
    accepted: () => accepted,
    open: () => links.size,
    received: () => Buffer.concat(received).toString("latin1"),
    behave(wanted, count = Number.POSITIVE_INFINITY) {
      behaviour = wanted;
      uses = count;
    },
    blackhole() {
      for (const link of links) link.isBlackhole = true;
    },
    reset() {
      for (const { client } of links) client.resetAndDestroy();
    },
    async refuse(isRefusing) {
      if (isRefusing) server.close();
      else await once(server.listen(port, "127.0.0.1"), "listening");
    },
    async close() {
      server.close();
      for (const { client } of links) client.destroy();
      await once(server, "close");
    },
  };
}

/** The port that a server listens on. */
export function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Not a TCP port.");
  return address.port;
}

/** Starts a server on any free port. When it is closed, its sockets are destroyed. */
export async function listenOnFreePort(server: net.Server, sockets: ReadonlySet<net.Socket>) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

function serve(link: Link, behaviour: Behaviour, port: number): void {
  const { client } = link;
  if (behaviour.does === "pass") forward(link, port, Number.POSITIVE_INFINITY);
  if (behaviour.does === "cut") forward(link, port, behaviour.afterBytes);
  if (behaviour.does === "reset") client.resetAndDestroy();
  if (behaviour.does === "answer") client.once("data", () => client.end(behaviour.bytes));
}

function forward(link: Link, port: number, limit: number): void {
  const { client } = link;
  const upstream = net.connect({ port, host: "127.0.0.1", noDelay: true });
  let left = limit;
  link.upstream = upstream;
  upstream.on("error", () => client.destroy());
  upstream.on("close", () => {
    if (!link.isBlackhole) client.end();
  });
  client.on("data", (bytes) => {
    if (!link.isBlackhole) upstream.write(bytes);
  });
  upstream.on("data", (bytes) => {
    if (link.isBlackhole || left < 0) return;
    const isCut = bytes.length > left;
    client.write(isCut ? bytes.subarray(0, left) : bytes, () => {
      if (isCut) client.resetAndDestroy();
    });
    left -= bytes.length;
  });
}
