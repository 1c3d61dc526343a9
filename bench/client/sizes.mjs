// Minified bundles for browsers, as gzip makes them.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The largest of our own generated clients. */
const largest = fileURLToPath(import.meta.resolve("@agentwire/client/session"));

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
  const kit = "@agentwire/kit/client";
  const whole = (entry) => `export * from "${entry}";`;
  const used = kitImports(await readFile(largest, "utf8"));
  const wholes = [
    [
      "the kit that the session client names, but for its channels",
      used.filter((line) => !line.includes("channel")),
      6,
    ],
    ["the kit that the session client names", used],
    [`all that ${kit} exports`, [whole(kit)]],
    [`all that ${kit}/stream exports`, [whole(`${kit}/stream`)]],
    [`all that ${kit}/channel exports`, [whole(`${kit}/channel`)]],
    [`all that ${kit} and its entries export`, [kit, `${kit}/stream`, `${kit}/channel`].map(whole)],
    ["openapi-fetch", [whole("openapi-fetch")]],
    ["ky", [whole("ky")]],
  ];
  for (const [subject, lines, target] of wholes) {
    const value = await gzipped({ stdin: { contents: lines.join("\n"), resolveDir: folder } });
    rows.push({ what: "bundle of the whole", subject, value, unit: "kB", ...(target && { target: `<= ${target}` }) });
  }
  return rows;
}

/** What a generated client imports of the kit, to be bundled by itself. */
function kitImports(client) {
  return [...client.matchAll(/^import (.*"@agentwire\/kit\/.*";)$/gm)].map(([, rest]) => `export ${rest}`);
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
