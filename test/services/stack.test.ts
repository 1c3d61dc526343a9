import { createServer } from "node:net";
import { DaemonClient } from "@agentwire/client/daemon";
import { describe, expect, it, onTestFinished } from "vitest";
import { startStack } from "../../services/src/stack.js";
import { eventually } from "./support.js";

const free = { runtime: 0, "tool-registry": 0, daemon: 0, session: 0 };

describe("the stack", () => {
  it("is wired: a run given to the daemon reaches the runtime and its tools", async () => {
    const stack = await startStack({ ports: free }, { logger: false });
    onTestFinished(() => stack.close());
    const daemon = new DaemonClient({ baseUrl: String(stack.urls.daemon) });
    const { run_id } = await daemon.submitRun({ body: { input: { goal: "6 * 7" } } });
    await eventually(
      () => daemon.getRunStatus({ path: { run_id } }),
      ({ state }) => state === "succeeded",
    );
    const { output } = await daemon.getRunResult({ path: { run_id } });
    expect(output?.["answer"]).toContain("6 * 7 = 42.");
    await stack.close();
    await expect(fetch(`${stack.urls.runtime}/v1/health`)).rejects.toThrow();
  });

  it("leaves nothing running when a port is in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once("listening", resolve));
    const session = (taken.address() as { port: number }).port;
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const runtime = (probe.address() as { port: number }).port;
    await new Promise((resolve) => probe.close(resolve));
    const starting = startStack({ ports: { ...free, runtime, session } }, { logger: false });
    await expect(starting).rejects.toThrow(`port ${session} on 127.0.0.1 is in use`);
    await expect(fetch(`http://127.0.0.1:${runtime}/v1/health`)).rejects.toThrow();
  });
});
