import { describe, expect, it } from "vitest";
import { type Tool, ToolError } from "../../../services/src/tool-registry/tool.js";
import { refused } from "../support.js";
import { TestRegistry } from "./registries.js";

const number = { type: "object", properties: { n: { type: "number" } }, required: ["n"], additionalProperties: false };
const tool = (id: string, run: Tool["run"], more: Partial<Tool> = {}): Tool => ({
  id,
  name: `The ${id}`,
  inputSchema: { type: "object" },
  run,
  ...more,
});

async function registry(...tools: Tool[]): Promise<TestRegistry> {
  const started = await TestRegistry.start([]);
  for (const each of tools) started.service.registerTool(each);
  return started;
}

/** A tool whose calls end when they are told to. */
function gated(id: string, more: Partial<Tool> = {}): { tool: Tool; open(): void; running(): number; most(): number } {
  let running = 0;
  let most = 0;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const run = async (): Promise<Record<string, unknown>> => {
    running += 1;
    most = Math.max(most, running);
    await opened;
    running -= 1;
    return {};
  };
  return { tool: tool(id, run, more), open: () => open(), running: () => running, most: () => most };
}

describe("what comes of a call, row by row", () => {
  it("transport failure vs tool failure: a request that is none is 400, whatever a tool does is 200", async () => {
    const { client, call } = await registry(tool("bad", () => Promise.reject(new Error("no"))));
    await refused(client.invokeTool({ body: { args: {} } as never }, { validate: false }), 400, "invalid_request");
    expect(await call.call({ client } as TestRegistry, "bad")).toMatchObject({ ok: false });
  });

  it("lookup: by id or by name, and the id decides where both are given", async () => {
    const { client } = await registry();
    const body = { invocation_id: "i", args: { expression: "2+2" } };
    for (const named of [{ tool_id: "calc" }, { tool_name: "Calculator" }, { tool_id: "calc", tool_name: "Echo" }]) {
      expect(await client.invokeTool({ body: { ...body, ...named } })).toMatchObject({
        ok: true,
        result: { value: 4 },
      });
    }
  });

  it("unknown tool: invoking is 200 with tool.not_found, getting is 404", async () => {
    const started = await registry();
    expect(await started.call("nothing")).toMatchObject({ ok: false, error: { code: "tool.not_found" } });
    await refused(started.client.getTool({ path: { tool_id: "nothing" } }), 404, "not_found");
  });

  it("bad args: 200 with tool.invalid_args and the issues as a list of texts", async () => {
    const started = await registry(tool("picky", () => ({}), { inputSchema: number }));
    expect(await started.call("picky", { n: "1", more: 1 })).toMatchObject({
      ok: false,
      error: {
        code: "tool.invalid_args",
        details: { issues: ["args must NOT have additional properties", "args/n must be number"] },
      },
    });
  });

  it("tool raised an expected error: tool.execution_error; an unexpected one: tool.handler_error, without a word of why", async () => {
    const started = await registry(
      tool("expected", () => {
        throw new ToolError("out of paper", { tray: 2 });
      }),
      tool("unexpected", () => {
        throw new Error("inner secret");
      }),
    );
    expect((await started.call("expected")).error).toEqual({
      code: "tool.execution_error",
      message: "out of paper",
      details: { tray: 2 },
    });
    const { error } = await started.call("unexpected");
    expect(error?.code).toBe("tool.handler_error");
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it("invocation_id: echoed, and the same again calls the tool again", async () => {
    let calls = 0;
    const started = await registry(tool("count", () => ({ calls: ++calls })));
    const both = [await started.call("count"), await started.call("count")];
    expect(both).toMatchObject([
      { invocation_id: "inv_1", result: { calls: 1 } },
      { invocation_id: "inv_1", result: { calls: 2 } },
    ]);
  });

  it("duration_ms: always there", async () => {
    const started = await registry();
    for (const id of ["time_now", "nothing"]) {
      expect((await started.call(id)).duration_ms).toBeGreaterThanOrEqual(0);
    }
  });

  it("context and caller: given to the tool", async () => {
    const { client } = await registry(tool("who", (_, { context, caller }) => ({ context, caller })));
    const told = { context: { run: "r" }, caller: { type: "run", id: "r" } };
    const { result } = await client.invokeTool({ body: { invocation_id: "i", tool_id: "who", args: {}, ...told } });
    expect(result).toEqual(told);
  });

  it("source: functions are registry_local, and the first one takes what checkers make", async () => {
    const started = await registry();
    const [first] = await started.client.listTools();
    expect(first?.source).toBe("registry_local");
    expect(await started.call(first?.tool_id ?? "", { text: "conformance" })).toMatchObject({ ok: true });
  });
});

describe("what a call may cost", () => {
  it("a tool that hangs is timed out, and its slot is free again", async () => {
    let calls = 0;
    const hang = tool("hang", () => (calls++ === 0 ? new Promise(() => undefined) : { second: true }), {
      timeoutMs: 30,
      maxConcurrency: 1,
    });
    const started = await registry(hang);
    const both = await Promise.all([started.call("hang"), started.call("hang")]);
    expect(both).toMatchObject([{ error: { code: "tool.timeout" } }, { ok: true, result: { second: true } }]);
  });

  it("a result is measured as JSON in bytes", async () => {
    const started = await registry(tool("say", ({ text }) => ({ text }), { maxResultBytes: 20 }));
    expect(await started.call("say", { text: "12345678" })).toMatchObject({ ok: true });
    expect(await started.call("say", { text: "üüüüüüüü" })).toMatchObject({
      error: { code: "tool.result_too_large", details: { bytes: 27, max_bytes: 20 } },
    });
  });

  it("so many calls run at once, so many wait, and one more is told to come again", async () => {
    const gate = gated("gate", { maxConcurrency: 2, maxQueue: 1 });
    const started = await registry(gate.tool);
    const calls = Array.from({ length: 4 }, () => started.call("gate"));
    const busy = await Promise.race(calls);
    expect(busy).toMatchObject({ ok: false, error: { code: "tool.busy", retryable: true } });
    expect(gate.running()).toBe(2);
    gate.open();
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    expect(gate.most()).toBe(2);
  });

  it("whoever leaves the queue makes room in it", async () => {
    const gate = gated("gate", { maxConcurrency: 1, maxQueue: 1 });
    const started = await registry(gate.tool);
    const first = started.call("gate");
    await expect(started.call("gate", {}, AbortSignal.timeout(50))).rejects.toThrow();
    // It may take a moment until the registry knows that the caller has left.
    let last = started.call("gate");
    const refused = () => Promise.race([last, new Promise((resolve) => setTimeout(resolve, 300))]);
    while (await refused()) last = started.call("gate");
    gate.open();
    expect(await Promise.all([first, last])).toMatchObject([{ ok: true }, { ok: true }]);
  });

  it("the slots of a tool stay the same when the list is made anew", async () => {
    const gate = gated("gate", { maxConcurrency: 1, maxQueue: 0 });
    const started = await registry(gate.tool);
    const first = started.call("gate");
    while (gate.running() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    started.service.registerTool(tool("another", () => ({})));
    expect(await started.call("gate")).toMatchObject({ error: { code: "tool.busy" } });
    gate.open();
    expect(await first).toMatchObject({ ok: true });
  });
});
