import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A golden case: `openapi.yaml`, the output for it in `expected`, and `usage.ts`, which uses that output. */
export interface GoldenCase {
  readonly name: string;
  readonly spec: string;
  readonly expected: string;
  readonly usage: string;
}

const folder = fileURLToPath(new URL(".", import.meta.url));

export const cases: readonly GoldenCase[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name,
    spec: join(folder, name, "openapi.yaml"),
    expected: join(folder, name, "expected"),
    usage: join(folder, name, "usage.ts"),
  }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
