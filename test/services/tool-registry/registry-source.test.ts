import type { Server } from "@agentwire/kit/server";
import { describe, expect, it } from "vitest";
import type { RegistrySourceConfig } from "../../../services/src/tool-registry/config/config.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { type Tool, ToolError } from "../../../services/src/tool-registry/tool.js";
import { eventually, listen } from "../support.js";
import { TestRegistry } from "./registries.js";

const refresh_ms = 20;
const another = (name: string, url: string, more: Partial<RegistrySourceConfig> = {}): RegistrySourceConfig => ({
  kind: "registry",
  name,
  url,
  refresh_ms,
  ...more,
});
const tool = (id: string, run: Tool["run"]): Tool => ({ id, name: id, inputSchema: { type: "object" }, run });

describe("the tools of another registry", () => {
  it("are offered with its prefix, called by it, and follow its list", async () => {
    const inner = await TestRegistry.start([]);
    const outer = await TestRegistry.start([another("inner", inner.url)]);
    await outer.until("registry inner", "ok");
    expect(await outer.call("inner.calc", { expression: "6*7" })).toEqual({
      invocation_id: "inv_1",
      ok: true,
      result: { value: 42 },
      duration_ms: expect.any(Number),
    });
    inner.service.registerTool(tool("late", () => ({})));
    await eventually(
      () => outer.ids(),
      (ids) => ids.includes("inner.late"),
    );
  });

  it("pass on errors as they are", async () => {
    const inner = await TestRegistry.start([]);
    inner.service.registerTool(
      tool("picky", () => {
        throw new ToolError("not today", { until: "tomorrow" }, { code: "shop.closed", retryable: true });
      }),
    );
    const outer = await TestRegistry.start([another("inner", inner.url)]);
    await outer.until("registry inner", "ok");
    const { error } = await outer.call("inner.picky");
    expect(error).toEqual({
      code: "shop.closed",
      message: "not today",
      details: { until: "tomorrow" },
      retryable: true,
    });
  });

  it("need a token where it asks for one; without it the source is down", async () => {
    const auth = {
      mode: "required" as const,
      schemes: { ArpBearerJWT: (token: string) => (token === "tok-abcdef" ? "me" : undefined) },
    };
    const url = await listen(new ToolRegistryService({ auth, logger: false }) as Server);
    const outer = await TestRegistry.start(
      [another("with", url, { token: { env: "TOKEN" } }), another("without", url)],
      { environment: { TOKEN: "tok-abcdef" } },
    );
    await outer.until("registry with", "ok");
    expect(await outer.call("with.echo", { text: "x" })).toMatchObject({ ok: true });
    const down = await eventually(
      () => outer.check("registry without"),
      (check) => check?.message === "it answered with status 401",
    );
    expect(down?.status).toBe("down");
  });

  it("stay listed while it is gone, and are unavailable", async () => {
    const inner = await TestRegistry.start([]);
    const outer = await TestRegistry.start([another("inner", inner.url)]);
    await outer.until("registry inner", "ok");
    await inner.service.close();
    await outer.until("registry inner", "down");
    expect(await outer.ids()).toContain("inner.echo");
    expect(await outer.call("inner.echo", { text: "x" })).toMatchObject({
      ok: false,
      error: { code: "tool.unavailable", retryable: true },
    });
  });

  it("do not multiply where two registries offer each other's, nor do calls go in circles", async () => {
    // Each must know the other's address before it listens.
    const first = await TestRegistry.start([]);
    const port = Number(new URL(first.url).port);
    await first.service.close();
    const second = await TestRegistry.start([another("first", first.url, { prefix: "" })]);
    const again = new ToolRegistryService({
      logger: false,
      sources: [another("second", second.url, { prefix: "" })],
      tools: [tool("own", () => ({ own: true }))],
    });
    const { url } = await again.listen({ port, signals: false });
    try {
      await eventually(
        () => second.ids(),
        (ids) => ids.includes("own"),
      );
      const client = await TestRegistry.start([another("again", url)]);
      await client.until("registry again", "ok");
      const ids = await eventually(
        () => client.ids(),
        (all) => all.includes("again.calc"),
      );
      expect(ids.filter((id) => id.includes("own"))).toEqual(["again.own"]);
      expect(await client.call("again.calc", { expression: "1+1" })).toMatchObject({ ok: true, result: { value: 2 } });
      expect(await second.call("own")).toMatchObject({ ok: true, result: { own: true } });
    } finally {
      await again.close();
    }
  });

  it("are not called by a request that has come through this registry, or too many", async () => {
    const registry = await TestRegistry.start([]);
    const via = Array.from({ length: 8 }, (_, index) => `reg_${index}`);
    const body = { invocation_id: "i", tool_id: "echo", args: { text: "x" }, extensions: { "agentwire.via": via } };
    expect(await registry.client.invokeTool({ body })).toMatchObject({ ok: false, error: { code: "tool.loop" } });
  });
});
