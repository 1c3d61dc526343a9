import { readFileSync } from "node:fs";

/** The tool's version, as its package says. */
export function ownVersion(): string {
  // From `dist/commands` as from `dist/bundle`.
  const path = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
