import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

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
  return port;
}
