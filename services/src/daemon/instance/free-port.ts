import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** Ports that were handed out a moment ago, whose programs may not listen yet. */
const handedOut = new Set<number>();
const MOMENT_MS = 10_000;

/** A loopback port that nobody has: the preferred one where that is free, else one that the system chooses. */
export async function freePort(preferred?: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred ?? 0, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    if (preferred === undefined) throw error;
    return await freePort();
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  if (preferred === undefined && handedOut.has(port)) return await freePort();
  handedOut.add(port);
  setTimeout(() => handedOut.delete(port), MOMENT_MS).unref();
  return port;
}
