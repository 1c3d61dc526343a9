import { describe, expect, it } from "vitest";
import { everything, TestRegistry } from "./registries.js";

describe("an MCP server over stdio", () => {
  it("offers its tools after the built-in ones, and they can be called", async () => {
    const registry = await TestRegistry.start([everything()]);
    await registry.until("mcp every", "ok");
    const ids = await registry.ids();
    expect(ids.slice(0, 5)).toEqual(["echo", "calc", "time_now", "text_stats", "every.echo"]);
    expect(await registry.call("every.echo", { message: "hi" })).toEqual({
      invocation_id: "inv_1",
      ok: true,
      result: { content: [{ type: "text", text: "Echo: hi" }] },
      duration_ms: expect.any(Number),
    });
  });
});
