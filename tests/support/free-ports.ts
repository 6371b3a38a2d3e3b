import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const LOWEST_PORT = 11_000;
/** Linux gives ports from here on to clients, and to servers that listen on port 0. */
const FIRST_CLIENT_PORT = 32_768;

/** Returns the first of three consecutive ports on which nothing listens, and which no client is given. */
export async function findFreePorts(): Promise<number> {
  for (;;) {
    const first = randomInt(LOWEST_PORT, FIRST_CLIENT_PORT - 2);
    const listeners = await Promise.allSettled([first, first + 1, first + 2].map(listenOn));
    for (const listener of listeners) if (listener.status === "fulfilled") await listener.value();
    if (listeners.every(({ status }) => status === "fulfilled")) return first;
  }
}

/** Returns a function that stops listening. */
async function listenOn(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
