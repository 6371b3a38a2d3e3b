import dns from "node:dns";
import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

// Loaded with `--import`: appends the host of each look-up and connection of this process to a file, and
// lets none but loopback through.
const file = process.env.NETWORK_RECORD ?? "";
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

function record(host: string): boolean {
  appendFileSync(file, `${host}\n`);
  return LOOPBACK.includes(host);
}

function refuse(host: string): Error {
  return new Error(`A connection to ${host} was refused by the test.`);
}

/** Returns the host that a socket connects to; a path, e.g. of a pipe, is on this machine. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = args.flat();
  if (typeof first !== "object" || first === null) {
    return typeof second === "string" ? second : "localhost";
  }
  return "host" in first && typeof first.host === "string" ? first.host : "localhost";
}

net.Socket.prototype.connect = new Proxy(net.Socket.prototype.connect, {
  apply(connect, socket, args) {
    const host = hostOf(args);
    if (record(host)) return Reflect.apply(connect, socket, args);
    // As in a real failure, the error comes after the caller has added its listeners.
    setImmediate(() => socket.destroy(refuse(host)));
    return socket;
  },
});

/** Returns a function that records the name before it resolves it. */
function recorded<Resolve extends object>(resolve: Resolve): Resolve {
  return new Proxy(resolve, {
    apply(_, owner, args) {
      const [host] = args;
      if (!record(host)) throw refuse(host);
      return typeof resolve === "function" ? Reflect.apply(resolve, owner, args) : undefined;
    },
  });
}

dns.lookup = recorded(dns.lookup);
dns.resolve = recorded(dns.resolve);
dns.resolve4 = recorded(dns.resolve4);
dns.resolve6 = recorded(dns.resolve6);
dns.promises.lookup = recorded(dns.promises.lookup);
dns.promises.resolve = recorded(dns.promises.resolve);
syncBuiltinESMExports();
