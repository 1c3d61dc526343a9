import { once } from "node:events";
import { createServer } from "node:net";
import type { Ports } from "../config/names.js";

/**
 * Looks whether the ports are free before the work begins, so that nobody waits for the contracts only to hear it.
 * @throws Error that names the first one that is not
 */
export async function checkPorts(ports: Ports): Promise<void> {
  for (const port of Object.values(ports)) {
    if (port === 0) continue;
    const probe = createServer().listen(port, "127.0.0.1");
    try {
      await once(probe, "listening");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "EADDRINUSE") throw new Error(`port ${port} cannot be used: ${message}`, { cause: error });
      throw new Error(`port ${port} is in use: stop what uses it, or choose others with --port-base`, { cause: error });
    }
    probe.close();
    await once(probe, "close");
  }
}
