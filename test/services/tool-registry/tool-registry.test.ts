import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { describe, expect, it } from "vitest";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { type Tool, ToolError } from "../../../services/src/tool-registry/tool.js";
import { refused, serve, WAYS } from "../support.js";

const inputSchema = { type: "object" };
const tool = (id: string, run: Tool["run"], more: Partial<Tool> = {}): Tool => ({
  id,
  name: `The ${id}`,
  description: "A tool of a test.",
  inputSchema,
  run,
  ...more,
});

async function registry(...tools: Tool[]): Promise<ToolRegistryClient> {
  const service = new ToolRegistryService();
  for (const each of tools) service.registerTool(each);
  return new ToolRegistryClient(await serve(service));
}

describe.each(WAYS)("the tool registry %s", (way) => {
  it("is well, and says what it is", async () => {
    const client = new ToolRegistryClient(await serve(new ToolRegistryService(), way));
    expect(await client.health()).toMatchObject({ status: "ok" });
    expect(await client.version()).toEqual({
      service_name: "agentwire-tool-registry",
      service_version: "0.1.0",
      supported_api_versions: ["v1"],
    });
  });

  it("lists its tools, first one that takes any text", async () => {
    const client = new ToolRegistryClient(await serve(new ToolRegistryService(), way));
    const tools = await client.listTools();
    expect(tools.map(({ tool_id }) => tool_id)).toEqual(["echo", "calc", "time_now", "text_stats"]);
    expect(await client.getTool({ path: { tool_id: "echo" } })).toEqual(tools[0]);
    const args = { text: "conformance" };
    const outcome = await client.invokeTool({ body: { invocation_id: "inv_1", tool_id: "echo", args } });
    expect(outcome).toEqual({ invocation_id: "inv_1", ok: true, result: args, duration_ms: expect.any(Number) });
  });

  it("answers an unknown tool with 404, and a body that fits no contract with 400", async () => {
    const options = await serve(new ToolRegistryService(), way);
    await refused(new ToolRegistryClient(options).getTool({ path: { tool_id: "a/b:c" } }), 404, "not_found");
    const lax = new ToolRegistryClient({ ...options, validate: false });
    await refused(lax.invokeTool({ body: {} as never }), 400, "invalid_request");
  });
});

describe("calling a tool", () => {
  const call = (tool_id: string, args: Record<string, unknown> = {}) => ({
    body: { invocation_id: "inv_1", tool_id, args },
  });

  it("finds it by name, and lets the id decide where both are given", async () => {
    const client = await registry();
    const body = { invocation_id: "i", args: { expression: "2*3" } };
    expect(await client.invokeTool({ body: { ...body, tool_name: "Calculator" } })).toMatchObject({
      ok: true,
      result: { value: 6 },
    });
    const both = await client.invokeTool({ body: { ...body, tool_id: "calc", tool_name: "Echo" } });
    expect(both).toMatchObject({ ok: true, result: { value: 6 } });
    const neither = await client.invokeTool({ body: { ...body, tool_id: "calculator", tool_name: "Calculator" } });
    expect(neither).toMatchObject({ ok: false, error: { code: "tool.not_found" } });
  });

  it("tells the time and measures texts", async () => {
    const client = await registry();
    const { result: clock } = await client.invokeTool(call("time_now"));
    expect(Date.parse(String(clock?.["time"]))).toBe(clock?.["epoch_ms"]);
    const measure = async (text: string) => (await client.invokeTool(call("text_stats", { text }))).result;
    expect(await measure("one two\nthree 👋")).toEqual({ words: 4, characters: 15, lines: 2 });
    expect(await measure("")).toEqual({ words: 0, characters: 0, lines: 0 });
    expect(await measure("a\r\n")).toEqual({ words: 1, characters: 3, lines: 1 });
  });

  it("makes what the tool says an outcome, never an HTTP error", async () => {
    const client = await registry(
      tool("picky", () => {
        throw new ToolError("not today", { until: "tomorrow" });
      }),
      tool("broken", () => {
        throw new Error("secret");
      }),
      tool("liar", () => [] as never),
      tool("odd", () => ({ n: "x" }), { outputSchema: { type: "object", properties: { n: { type: "number" } } } }),
    );
    expect(await client.invokeTool(call("nothing"))).toMatchObject({ ok: false, error: { code: "tool.not_found" } });
    expect(await client.invokeTool(call("calc", { expression: 1, more: true }))).toMatchObject({
      ok: false,
      error: {
        code: "tool.invalid_args",
        details: { issues: ["args must NOT have additional properties", "args/expression must be string"] },
      },
    });
    expect(await client.invokeTool(call("calc", { expression: "1/0" }))).toMatchObject({
      ok: false,
      error: { code: "tool.execution_error", message: "division by zero" },
    });
    expect(await client.invokeTool(call("picky"))).toMatchObject({
      error: { code: "tool.execution_error", details: { until: "tomorrow" } },
    });
    for (const id of ["broken", "liar", "odd"]) {
      const { ok, error, duration_ms } = await client.invokeTool(call(id));
      expect({ ok, code: error?.code }).toEqual({ ok: false, code: "tool.handler_error" });
      expect(error?.message).not.toContain("secret");
      expect(duration_ms).toBeGreaterThanOrEqual(0);
    }
  });

  it("gives a tool only so much time, and tells it when that is over", async () => {
    let told = false;
    const slow = tool(
      "slow",
      (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => {
            told = true;
          });
        }),
      { timeoutMs: 20 },
    );
    const client = await registry(slow);
    expect(await client.invokeTool(call("slow"))).toMatchObject({ ok: false, error: { code: "tool.timeout" } });
    expect(told).toBe(true);
  });

  it("refuses to register a tool twice, or one without a schema", () => {
    const service = new ToolRegistryService();
    expect(() => service.registerTool(tool("echo", () => ({})))).toThrow('the id "echo" is registered');
    expect(() => service.registerTool(tool("new", () => ({}), { name: "Echo" }))).toThrow('the name "Echo"');
    expect(() => service.registerTool(tool("bad", () => ({}), { inputSchema: { type: "wrong" } }))).toThrow(
      'inputSchema of tool "bad" cannot be used: it is no JSON Schema',
    );
  });
});
