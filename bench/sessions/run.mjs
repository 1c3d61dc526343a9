/**
 * The session operator: durable messages over HTTP, their way to a peer, one session with 1,000 connected agents, replay,
 * the memory of an idle agent, and whether the time of a refusal tells what it hides.
 */
import { runOf } from "../lib/parts.mjs";
import { fanOut } from "./fan-out.mjs";
import { hiding } from "./hiding.mjs";
import { latency } from "./latency.mjs";
import { memory } from "./memory.mjs";
import { replay } from "./replay.mjs";
import { send } from "./send.mjs";

export const run = runOf({ send, latency, "fan-out": fanOut, replay, memory, hiding });
