/** The agent of the load tests: does what the context of a goal says. */
import { setTimeout as pause } from "node:timers/promises";

export default async function* agent({ context = {} }, { callTool, signal }) {
  const { count = 0, every = 0, tool, args = {}, bytes = 0 } = context;
  const filler = "x".repeat(bytes);
  for (let index = 0; index < count; index += 1) {
    yield { type: "step", data: { index, filler } };
    if (every > 0) await pause(every, undefined, { signal });
  }
  return tool ? { outcome: await callTool(tool, args) } : {};
}
