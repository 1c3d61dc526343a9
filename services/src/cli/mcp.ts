import { exitCodes } from "./host.js";
import type { RemoteOptions } from "./remote.js";

export async function mcp(_options: RemoteOptions): Promise<number> {
  return exitCodes.ok;
}
