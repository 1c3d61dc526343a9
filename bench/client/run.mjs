/**
 * What a call costs: bytes in a browser's bundle, processor time beside bare `fetch`, and requests a second over undici.
 * The server is a process of its own; rounds are interleaved, so that noise hits every subject alike.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { processorTime } from "./processor-time.mjs";
import { sizes } from "./sizes.mjs";
import { prepareSubjects } from "./subjects.mjs";
import { throughput } from "./throughput.mjs";

export async function run({ log = () => undefined, rounds = 200 } = {}) {
  const subjects = await prepareSubjects();
  const server = fork(new URL("server.mjs", import.meta.url));
  try {
    const [{ port }] = await once(server, "message");
    const baseUrl = `http://127.0.0.1:${port}`;
    const rows = await sizes(subjects);
    log("bundles are measured");
    rows.push(...(await processorTime(subjects, baseUrl, rounds)));
    log("processor time is measured");
    rows.push(...(await throughput(baseUrl)));
    return rows;
  } finally {
    server.kill();
    rmSync(subjects.folder, { recursive: true, force: true });
  }
}
