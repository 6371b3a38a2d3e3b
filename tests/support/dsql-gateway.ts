import net from "node:net";
import tls from "node:tls";
import { createMessageReader, passwordMessage } from "./postgres-messages.ts";
import { listenOnFreePort } from "./tcp-proxy.ts";

/** The request to continue with TLS, before any other message. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const PASSWORD = "p";

/** A cluster that demands TLS and a token for a password. */
export interface DsqlCluster {
  readonly host: string;
  readonly port: number;
  /** Default: those that Node trusts. */
  readonly certificateAuthority?: string;
  /** Called at every connect. */
  signToken(): Promise<string>;
}

export interface DsqlGateway {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a proxy on loopback that connects to a cluster with TLS, and with a token in place of any password, so
 * that tests reach the cluster as they reach a PostgreSQL on loopback.
 */
export async function startDsqlGateway(cluster: DsqlCluster): Promise<DsqlGateway> {
  const { host, port, certificateAuthority: ca } = cluster;
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    const raw = net.connect({ host, port, noDelay: true });
    const cut = () => {
      raw.destroy();
      client.destroy();
    };
    for (const socket of [client, raw]) {
      sockets.add(socket);
      socket.on("error", cut).on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    raw.write(SSL_REQUEST);
    raw.once("data", (answer) => {
      if (answer.toString("latin1") !== "S") return cut();
      const secured = tls.connect({ socket: raw, servername: host, ...(ca && { ca }) });
      secured.on("error", cut);
      secured.once("secureConnect", () => forward(client, secured, cluster).catch(cut));
    });
  });
  return listenOnFreePort(server, sockets);
}

async function forward(
  client: net.Socket,
  secured: tls.TLSSocket,
  { signToken }: DsqlCluster,
): Promise<void> {
  const token = await signToken();
  const readRequests = createMessageReader();
  secured.pipe(client);
  client.on("data", (bytes) => {
    for (const message of readRequests(bytes)) {
      secured.write(message.type === PASSWORD ? passwordMessage(token) : message.bytes);
    }
  });
  client.resume();
}
