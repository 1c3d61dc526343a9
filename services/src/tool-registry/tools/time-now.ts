import type { Tool } from "../tool.js";
import { closed } from "./schema.js";

/** Tells the time. */
export const timeNow: Tool = {
  id: "time_now",
  name: "Clock",
  description: "Tells the time in UTC.",
  inputSchema: closed({}),
  outputSchema: closed({
    time: { type: "string", description: "RFC 3339." },
    epoch_ms: { type: "integer", description: "Milliseconds since 1970." },
  }),
  run: () => {
    const now = new Date();
    return { time: now.toISOString(), epoch_ms: now.getTime() };
  },
};
