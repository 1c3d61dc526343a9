/** The runtime of `agentwire up`, killed again and again: what was acknowledged is there, and nothing is left running. */
import type { RunEvent } from "@agentwire/models/runtime";
import { afterAll, expect, it } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { collect } from "../support.js";
import { stackFolder, up } from "./stack.js";

afterAll(cleanUp);

const KILLS = 50;
const RUNS = 4;

it(`${KILLS} times kill -9 at random points: every acknowledged event is there, gapless, with one end`, async () => {
  const folder = stackFolder();
  const seen = new Map<string, RunEvent[]>();
  const check = async (runtime: Awaited<ReturnType<typeof up>>["runtime"], ids: Iterable<string>): Promise<void> => {
    for (const run_id of ids) {
      const path = { run_id };
      const status = await runtime.getRunStatus({ path });
      expect(["succeeded", "failed"]).toContain(status.state);
      const events = await collect(runtime.streamRunEvents({ path }));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      const before = seen.get(run_id) ?? [];
      expect(events.slice(0, before.length)).toEqual(before);
      expect(events.filter(({ type }) => type === "final" || type === "error").length).toBe(1);
      if (status.state === "failed") {
        const { error } = await runtime.getRunResult({ path });
        expect(error).toMatchObject({ code: "runtime.interrupted", retryable: true });
      }
    }
  };
  let last: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const stack = await up(folder, "runtime");
    await check(stack.runtime, last);
    last = [];
    const readers: Promise<void>[] = [];
    const gone = new AbortController();
    for (let run = 0; run < RUNS; run += 1) {
      const count = run === 0 ? 5 : 2000;
      const { run_id } = await stack.runtime.createRun({
        body: { input: { goal: "x", context: { count, every: run } } },
      });
      last.push(run_id);
      const events: RunEvent[] = [];
      seen.set(run_id, events);
      readers.push(
        (async () => {
          for await (const event of stack.runtime.streamRunEvents({ path: { run_id } }, { signal: gone.signal })) {
            events.push(event);
          }
        })(),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    await stack.kill("SIGKILL");
    // They would go on looking for the runtime.
    gone.abort();
    await Promise.allSettled(readers);
  }
  const stack = await up(folder, "runtime");
  await check(stack.runtime, seen.keys());
  await stack.kill("SIGTERM");
}, 300_000);
