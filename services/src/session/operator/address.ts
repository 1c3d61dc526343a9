import type { NetworkEntry } from "./registry.js";

/** Hosts that mean every address of this machine, and one that can be called. */
const LOOPBACK: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where it is called from this machine, such as `http://127.0.0.1:8723`. */
export function urlOf({ host, port }: Pick<NetworkEntry, "host" | "port">): string {
  const address = LOOPBACK[host] ?? host;
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}
