/**
 * The reference services: durable appends, runs over HTTP, events on their way to many readers, the daemon's part of a
 * call, and the start and the memory of the stack. Each beside a floor that does the least that could do the job.
 */
import { runOf } from "../lib/parts.mjs";
import { appends } from "./appends.mjs";
import { creates } from "./creates.mjs";
import { fanOut } from "./fan-out.mjs";
import { latency } from "./latency.mjs";
import { proxy } from "./proxy.mjs";
import { start } from "./start.mjs";

export const run = runOf({ appends, creates, latency, "fan-out": fanOut, proxy, start });
