import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests run the sources; child processes that they start run what `npm run build` made of them. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^#platform$/, replacement: source("kit/src/client/platform/node.ts") },
      { find: /^@agentwire\/kit$/, replacement: source("kit/src/index.ts") },
      {
        find: /^@agentwire\/kit\/(client|client\/stream|client\/channel|server|streams|validation|validation\/checks|validation\/formats)$/,
        replacement: source("kit/src/$1/index.ts"),
      },
      { find: /^@agentwire\/kit\/undici$/, replacement: source("kit/src/client/undici/index.ts") },
      { find: /^@agentwire\/kit\/server\/(fastify|express)$/, replacement: source("kit/src/server/adapters/$1.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/seed.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    // Generating and serving are work for whole cores; more files at once only make them time out.
    maxWorkers: 2,
  },
});
