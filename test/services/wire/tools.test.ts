/** How tools are called at the registry: one topic of the protocol's behaviour a test. */
import { describe, expect, it } from "vitest";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { type JsonObject, type Tool, type ToolContext, ToolError } from "../../../services/src/tool-registry/tool.js";
import { type Answer, ask, askJson } from "../raw.js";
import { listen } from "../support.js";
import { expectEnvelope, expectJson, issuesOf } from "./schemas.js";

/** A tool that takes anything, as far as its schema says nothing else. */
function tool(id: string, name: string, run: Tool["run"], inputSchema: JsonObject = { type: "object" }): Tool {
  return { id, name, inputSchema, run };
}

async function start(...tools: Tool[]): Promise<string> {
  return await listen(new ToolRegistryService(tools.length > 0 ? { tools } : {}));
}

async function invoke(url: string, body: object): Promise<Answer["json"]> {
  const answer = await askJson(url, "/v1/tool-invocations", { invocation_id: "i", args: {}, ...body });
  expectJson(answer, 200, "tool-registry/tool-invocation-result");
  return answer.json;
}

describe("a call that cannot be meant", () => {
  it("is a 400 with an envelope, and no outcome", async () => {
    const url = await start();
    for (const body of [
      {},
      { invocation_id: "i", args: {} },
      { invocation_id: "i", tool_id: "echo" },
      { tool_id: "echo", args: {} },
      { invocation_id: "i", tool_id: "echo", args: [] },
      { invocation_id: "i", tool_id: null, tool_name: "Echo", args: {} },
      { invocation_id: "i", tool_id: "echo", args: {}, metadata: {} },
      { invocation_id: "i", tool_id: "echo", args: {}, caller: { type: "run" } },
    ]) {
      expectEnvelope(await askJson(url, "/v1/tool-invocations", body), 400, "invalid_request");
    }
  });
});

describe("the outcome of a tool", () => {
  it("is 200 with ok, also when the tool fails", async () => {
    const url = await start();
    const call = (expression: string) => invoke(url, { tool_id: "calc", args: { expression } });
    expect(await call("6 * 7")).toMatchObject({ ok: true, result: { value: 42 } });
    const failed = await call("1 / 0");
    expect(failed).toMatchObject({ ok: false, error: { code: "tool.execution_error" } });
    expect(failed).not.toHaveProperty("result");
  });

  it("of an unknown tool: 200 with ok false and tool.not_found; reading it is 404", async () => {
    const url = await start();
    for (const body of [{ tool_id: "none" }, { tool_name: "None" }]) {
      expect(await invoke(url, body)).toMatchObject({ ok: false, error: { code: "tool.not_found" } });
    }
    expectEnvelope(await ask(url, "/v1/tools/none"), 404, "not_found");
  });

  it("of arguments that do not fit: 200 with ok false, tool.invalid_args and what is wrong as a list of texts", async () => {
    const url = await start();
    for (const args of [{}, { expression: 1 }, { expression: "1", more: 1 }, { expression: null }]) {
      const { ok, error } = await invoke(url, { tool_id: "calc", args });
      expect([ok, error.code]).toEqual([false, "tool.invalid_args"]);
      expect(error.details.issues.length).toBeGreaterThan(0);
      for (const issue of error.details.issues) expect(issue).toEqual(expect.any(String));
    }
  });

  it("of an error that it expects: its own words; of any other: none of them", async () => {
    const url = await start(
      tool("expected", "Expected", () => {
        throw new ToolError("There is no such city.", { city: "Oz" }, { retryable: false });
      }),
      tool("unexpected", "Unexpected", () => {
        throw new Error("password is hunter2");
      }),
      tool("wrong", "Wrong", () => 42 as unknown as JsonObject),
    );
    const details = { code: "tool.execution_error", message: "There is no such city.", details: { city: "Oz" } };
    expect((await invoke(url, { tool_id: "expected" })).error).toEqual({ ...details, retryable: false });
    for (const tool_id of ["unexpected", "wrong"]) {
      const outcome = await invoke(url, { tool_id });
      expect(outcome).toMatchObject({ ok: false, error: { code: "tool.handler_error" } });
      expect(JSON.stringify(outcome)).not.toMatch(/hunter2|at .*\.ts/);
    }
  });
});

describe("lookup", () => {
  it("is by id, by name, and by the id alone where both are given", async () => {
    const named = (id: string, name: string) => tool(id, name, () => ({ id }));
    const url = await start(named("a", "A"), named("b", "B"), named("c", "a"));
    const idOf = async (body: object) => {
      const { result, error } = await invoke(url, body);
      return result?.id ?? error.code;
    };
    expect(await idOf({ tool_id: "a" })).toBe("a");
    expect(await idOf({ tool_name: "B" })).toBe("b");
    // A name may look like the id of another.
    expect(await idOf({ tool_name: "a" })).toBe("c");
    expect(await idOf({ tool_id: "a", tool_name: "B" })).toBe("a");
    expect(await idOf({ tool_id: "none", tool_name: "B" })).toBe("tool.not_found");
  });

  it("finds ids and names that are unique in the registry", async () => {
    const tools = (await ask(await start(), "/v1/tools")).json as { tool_id: string; name: string }[];
    expect(new Set(tools.map(({ tool_id }) => tool_id)).size).toBe(tools.length);
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
    const twice = tool("x", "X", () => ({}));
    await expect(start(twice, { ...twice, name: "Y" })).rejects.toThrow(/"x"/);
    await expect(start(twice, { ...twice, id: "y" })).rejects.toThrow(/"X"/);
  });
});

describe("invocation_id", () => {
  it("is echoed, and the same one twice is two calls", async () => {
    let calls = 0;
    const url = await start(
      tool("count", "Count", () => {
        calls += 1;
        return { calls };
      }),
    );
    for (const invocation_id of ["same", "same", "", "a/b: ü\u2028"]) {
      expect(await invoke(url, { tool_id: "count", invocation_id })).toMatchObject({ invocation_id, ok: true });
    }
    expect(calls).toBe(4);
    const failed = await invoke(url, { tool_id: "none", invocation_id: "failed" });
    expect(failed.invocation_id).toBe("failed");
  });
});

describe("duration_ms", () => {
  it("is there for every outcome, a whole number from 0", async () => {
    const url = await start();
    for (const body of [{ tool_id: "echo", args: { text: "x" } }, { tool_id: "echo" }, { tool_id: "none" }]) {
      const { duration_ms } = await invoke(url, body);
      expect(Number.isInteger(duration_ms) && duration_ms >= 0).toBe(true);
    }
  });
});

describe("context and caller", () => {
  it("reach the tool as they are, and may be left out", async () => {
    const seen: Partial<ToolContext>[] = [];
    const url = await start(
      tool("look", "Look", (_, { context, caller, invocationId }) => {
        seen.push({ context, invocationId, ...(caller ? { caller } : {}) });
        return {};
      }),
    );
    const sent = { context: { deep: [null, { a: 1 }] }, caller: { type: "run", id: "r", uri: "https://a.example/r" } };
    await invoke(url, { tool_id: "look", ...sent });
    await invoke(url, { tool_id: "look" });
    expect(seen).toEqual([
      { ...sent, invocationId: "i" },
      { context: {}, invocationId: "i" },
    ]);
  });
});

describe("source", () => {
  it("is registry_local for built-in tools, and remote for those of elsewhere", async () => {
    const tools = (await ask(await start(), "/v1/tools")).json as { source: string }[];
    expect(tools.flatMap((one) => issuesOf("tool-registry/tool-definition", one))).toEqual([]);
    expect(new Set(tools.map(({ source }) => source))).toEqual(new Set(["registry_local"]));
    const remote = await start({ ...tool("far", "Far", () => ({})), source: "remote" });
    expect((await ask(remote, "/v1/tools/far")).json.source).toBe("remote");
  });
});

describe("the list of tools", () => {
  it("is a bare array, in the order of the registry, and has a new tool at once", async () => {
    const registry = new ToolRegistryService();
    const url = await listen(registry);
    const before = (await ask(url, "/v1/tools")).json as { tool_id: string }[];
    expect(before.map(({ tool_id }) => tool_id)).toEqual(["echo", "calc", "time_now", "text_stats"]);
    registry.registerTool(tool("late", "Late", () => ({ came: "late" })));
    expect((await ask(url, "/v1/tools")).json).toEqual([...before, expect.objectContaining({ tool_id: "late" })]);
    expect(await invoke(url, { tool_id: "late" })).toMatchObject({ ok: true, result: { came: "late" } });
  });
});
