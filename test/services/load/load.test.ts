/** Many runs, many readers, slow ones, and those that vanish: over real sockets, against `agentwire up`. */
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { RunEvent } from "@agentwire/models/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanUp } from "../../generator/tool.js";
import { collect, eventually } from "../support.js";
import { type RunningStack, stackFolder, up } from "./stack.js";

let stack: RunningStack;
beforeAll(async () => {
  stack = await up(stackFolder(), "tool-registry", "runtime");
});
afterAll(async () => {
  await stack.kill("SIGTERM");
  cleanUp();
});

async function create(context: object): Promise<string> {
  const { run_id } = await stack.runtime.createRun({ body: { input: { goal: "load", context: { ...context } } } });
  return run_id;
}

const events = (run_id: string): Promise<RunEvent[]> => collect(stack.runtime.streamRunEvents({ path: { run_id } }));
const whole = (count: number) => [...Array.from({ length: count }, () => "step"), "final"];

/** A reader that asks for a run's events and takes none of them until it is told to. */
function slowReader(runId: string): Socket {
  const { hostname, port } = new URL(String(stack.urls["runtime"]));
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  socket.write(`GET /v1/runs/${runId}/events HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n`);
  socket.pause();
  return socket;
}

describe("load", () => {
  it("200 runs at a time with 10 readers each: every reader sees every event once, in order", async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, () => create({ count: 20, every: 10 })));
    const readers = ids.flatMap((id) => Array.from({ length: 10 }, () => events(id)));
    for (const read of await Promise.all(readers)) {
      expect(read.map(({ type }) => type)).toEqual(whole(20));
      expect(read.map(({ seq }) => seq)).toEqual(read.map((_, index) => index));
    }
  }, 120_000);

  it("readers that take nothing hold up nobody, and cost no memory for what they have not taken", async () => {
    const before = await stack.memory();
    const id = await create({ count: 4000, bytes: 10_000 });
    const slow = Array.from({ length: 20 }, () => slowReader(id));
    const read = await events(id);
    expect(read.map(({ type }) => type)).toEqual(whole(4000));
    // 40 MB of events, for each of 20 readers, would be 800 MB.
    expect((await stack.memory()) - before).toBeLessThan(300 * 1024 * 1024);
    // And when one of them begins to read, all of it is there.
    const [first, ...others] = slow as [Socket, ...Socket[]];
    for (const socket of others) socket.destroy();
    const mark = '"index":';
    let [seen, tail] = [0, ""];
    for await (const chunk of first.setEncoding("latin1") as AsyncIterable<string>) {
      const text = tail + chunk;
      seen += text.split(mark).length - 1;
      // A chunk may end within a mark.
      tail = text.slice(1 - mark.length);
    }
    expect(seen).toBe(4000);
  }, 120_000);

  it("clients that vanish in mid-stream are forgotten, and the run goes on", async () => {
    const id = await create({ count: 300, every: 10 });
    for (let round = 0; round < 10; round += 1) {
      const sockets = Array.from({ length: 20 }, () => slowReader(id));
      await pause(20);
      for (const socket of sockets) socket.resetAndDestroy();
    }
    expect((await events(id)).map(({ type }) => type)).toEqual(whole(300));
    const health = await stack.runtime.health();
    expect(health.status).toBe("ok");
  }, 60_000);

  it("memory stays flat under steady load", async () => {
    const seconds = Number(process.env["AGENTWIRE_SOAK_SECONDS"] ?? 20);
    const end = Date.now() + seconds * 1000;
    const samples: number[] = [];
    const work = async (): Promise<void> => {
      while (Date.now() < end) await events(await create({ count: 50, bytes: 1000 }));
    };
    const workers = Array.from({ length: 20 }, work);
    while (Date.now() < end) {
      await pause(Math.max(100, (seconds * 1000) / 20));
      samples.push(await stack.memory());
    }
    await Promise.all(workers);
    const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
    // The first half fills caches and lets the collector find its size; what leaks goes on growing after it.
    const half = samples.slice(samples.length / 2);
    const [third, fourth] = [half.slice(0, half.length / 2), half.slice(half.length / 2)];
    expect(mean(fourth) / mean(third)).toBeLessThan(1.25);
  }, 900_000);

  it("a run whose tool hangs ends when its time is over, and the others do not notice", async () => {
    const context = { tool: "calc", args: { expression: "1 + 1" } };
    const { run_id } = await stack.runtime.createRun({
      body: { input: { goal: "x", context: { count: 1000, every: 1000 } }, limits: { timeout_ms: 300 } },
    });
    const other = await create(context);
    expect((await events(other)).at(-1)?.type).toBe("final");
    const path = { run_id };
    const status = await eventually(
      () => stack.runtime.getRunStatus({ path }),
      ({ ended_at }) => ended_at !== undefined,
    );
    expect(status.state).toBe("failed");
    expect((await stack.runtime.getRunResult({ path })).error?.code).toBe("limits.timeout");
  });
});
