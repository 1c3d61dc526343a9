import type * as registry from "@agentwire/models/tool-registry";
import type { paths } from "@agentwire/models/tool-registry";
import { service as table } from "@agentwire/models/tool-registry/operations";
import { ToolRegistryServer } from "@agentwire/server/tool-registry";
import createClient from "openapi-fetch";
import { describe, expect, expectTypeOf, it } from "vitest";

class Registry extends ToolRegistryServer {
  async listTools(): Promise<registry.ListToolsResponse> {
    return [{ tool_id: "echo", name: "Echo", input_schema: {}, source: "registry_local" }];
  }
  async getTool({ path }: registry.GetToolRequest): Promise<registry.ToolDefinition> {
    return { tool_id: path.tool_id, name: "Echo", input_schema: {}, source: "registry_local" };
  }
  async invokeTool({ body }: registry.InvokeToolRequest): Promise<registry.ToolInvocationResult> {
    return { invocation_id: body.invocation_id, ok: true, result: body.args };
  }
}

describe("the paths types", () => {
  const server = new Registry();
  const client = createClient<paths>({ baseUrl: "http://registry.local", fetch: (request) => server.fetch(request) });

  it("serve users of openapi-fetch", async () => {
    const { data } = await client.GET("/v1/tools/{tool_id}", { params: { path: { tool_id: "a/b" } } });
    expect(data?.tool_id).toBe("a/b");
    expectTypeOf(data?.name).toEqualTypeOf<string | undefined>();
    const invoked = await client.POST("/v1/tool-invocations", {
      body: { invocation_id: "inv_1", tool_id: "echo", args: { text: "hi" } },
    });
    expect(invoked.data).toEqual({ invocation_id: "inv_1", ok: true, result: { text: "hi" } });
  });

  it("name exactly the paths of the operation table", () => {
    const named: Record<keyof paths, true> = {
      "/v1/health": true,
      "/v1/version": true,
      "/v1/tools": true,
      "/v1/tools/{tool_id}": true,
      "/v1/tool-invocations": true,
    };
    expect(Object.keys(named).sort()).toEqual(
      [...new Set(Object.values(table.operations).map(({ path }) => path))].sort(),
    );
  });
});
