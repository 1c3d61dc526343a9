import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeContract } from "../synthetic/make.mjs";

const bench = fileURLToPath(new URL("..", import.meta.url));
/** Contracts that are no part of the repository; without them their rows are missing, and it is said. */
const corpora = process.env.AGENTWIRE_CORPORA ?? join(bench, "../../shared/corpora");

/** Contracts by name, as paths of files. Those that are not there are left out, which is logged. */
export function inputs(scratch, log) {
  mkdirSync(scratch, { recursive: true });
  const synthetic = (name, count) => {
    const path = join(scratch, `${name}.json`);
    writeFileSync(path, JSON.stringify(makeContract(count)));
    return path;
  };
  const all = {
    github: join(bench, "node_modules/@octokit/openapi/generated/api.github.com.json"),
    stripe: join(corpora, "stripe.json"),
    box: join(corpora, "box.json"),
    digitalocean: join(corpora, "digitalocean/DigitalOcean-public.v2.yaml"),
    // Few enough schemas for tools that follow references by recursion.
    "synthetic-100": synthetic("synthetic-100", 100),
    synthetic: synthetic("synthetic", 2000),
  };
  return Object.entries(all)
    .map(([name, path]) => ({ name, path }))
    .filter(({ name, path }) => {
      if (!existsSync(path)) log(`SKIPPED ${name}: there is no ${path}; $AGENTWIRE_CORPORA names its folder`);
      return existsSync(path);
    });
}
