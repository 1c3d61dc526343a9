// Minified bundles for browsers, as gzip makes them.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

export async function sizes({ folder, subjects }) {
  const rows = [];
  for (const { name, one } of subjects) {
    const target = name === "Agentwire createCaller" ? { target: "<= 1.5" } : {};
    rows.push({
      what: "bundle of one GET",
      subject: name,
      value: await gzipped({ entryPoints: [one] }),
      unit: "kB",
      ...target,
    });
  }
  const entries = [
    ["@agentwire/kit/client", "<= 6"],
    ["@agentwire/kit/client/stream"],
    ["@agentwire/kit/client/channel"],
    ["@agentwire/kit/client", undefined, "@agentwire/kit/client/stream", "@agentwire/kit/client/channel"],
    ["openapi-fetch"],
    ["ky"],
  ];
  for (const [entry, target, ...more] of entries) {
    const contents = [entry, ...more].map((each) => `export * from "${each}";`).join("\n");
    const value = await gzipped({ stdin: { contents, resolveDir: folder } });
    const subject = more.length > 0 ? `${entry} and all of its entries` : entry;
    rows.push({ what: "bundle of the whole", subject, value, unit: "kB", ...(target && { target }) });
  }
  return rows;
}

async function gzipped(options) {
  const { outputFiles } = await build({
    ...options,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "error",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
}
