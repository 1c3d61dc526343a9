import { createHash } from "node:crypto";

const SAFE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const MAX_LENGTH = 128;
const HASH_LENGTH = 8;

/**
 * The id of a server's tool: `<server>.<tool>`. A name that is no id as it stands keeps what it can and gets a hash of
 * the whole, so that the id depends on the name alone and no two names share one.
 */
export function toolIdOf(server: string, name: string): string {
  const id = `${server}.${name}`;
  if (SAFE.test(name) && id.length <= MAX_LENGTH) return id;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_LENGTH);
  const readable = name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_").slice(0, MAX_LENGTH - server.length - HASH_LENGTH - 2);
  return `${server}.${readable}-${hash}`;
}
