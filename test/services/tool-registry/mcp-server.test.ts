import { request } from "node:http";
import { PassThrough } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { remoteDirectory } from "../../../services/src/tool-registry/mcp-server/directory.js";
import { serveMcpStdio } from "../../../services/src/tool-registry/mcp-server/stdio.js";
import { type ToolRegistryOptions, ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import type { Tool } from "../../../services/src/tool-registry/tool.js";
import { eventually } from "../support.js";
import { everything, TestRegistry } from "./registries.js";

const tool = (id: string, run: Tool["run"] = () => ({})): Tool => ({ id, name: id, inputSchema: {}, run });

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: "host", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

function overHttp(url: string, headers: Record<string, string> = {}): Promise<Client> {
  return connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }) as Transport);
}

/** A client's end of a pipe whose other end is our server. */
class PipeTransport implements Transport {
  onmessage?: Transport["onmessage"];
  readonly input = new PassThrough();
  readonly output = new PassThrough();

  async start(): Promise<void> {
    const buffer = new ReadBuffer();
    this.output.on("data", (chunk: Buffer) => {
      buffer.append(chunk);
      for (let message = buffer.readMessage(); message; message = buffer.readMessage()) this.onmessage?.(message);
    });
  }
  async send(message: Parameters<Transport["send"]>[0]): Promise<void> {
    this.input.write(serializeMessage(message));
  }
  async close(): Promise<void> {
    this.input.end();
  }
}

describe("the registry as an MCP server over HTTP", () => {
  it("lists and calls every tool, those of MCP servers included, images and all", async () => {
    const registry = await TestRegistry.start([everything()]);
    await registry.until("mcp every", "ok");
    const client = await overHttp(registry.url);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(await registry.ids());
    expect(tools[0]).toMatchObject({ name: "echo", title: "Echo", inputSchema: { type: "object" } });
    expect(tools.find(({ name }) => name === "every.echo")?.annotations).toMatchObject({ readOnlyHint: true });
    expect(await client.callTool({ name: "calc", arguments: { expression: "6*7" } })).toEqual({
      content: [{ type: "text", text: '{"value":42}' }],
      structuredContent: { value: 42 },
    });
    const image = await client.callTool({ name: "every.get-tiny-image", arguments: {} });
    expect((image["content"] as { type: string }[]).map(({ type }) => type)).toContain("image");
  });

  it("says why a tool failed in a result, and refuses an unknown one", async () => {
    const client = await overHttp((await TestRegistry.start([])).url);
    expect(await client.callTool({ name: "calc", arguments: { expression: 1 } })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^tool\.invalid_args: .*\nargs\/expression must be string$/) }],
      _meta: { "dev.agentwire/error": { code: "tool.invalid_args" } },
    });
    await expect(client.callTool({ name: "nothing" })).rejects.toThrow('There is no tool "nothing"');
  });

  it("lists many tools by pages, and gives names that MCP does not allow others", async () => {
    const { url, service } = await TestRegistry.start([]);
    for (let index = 0; index < 250; index++) service.registerTool(tool(`t${index}`));
    service.registerTool(tool("odd/näme", () => ({ odd: true })));
    const client = await overHttp(url);
    const names: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await client.listTools(cursor === undefined ? {} : { cursor });
      names.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    expect([pages, names.length, new Set(names).size]).toEqual([3, 255, 255]);
    const odd = names.at(-1) ?? "";
    expect(odd).toMatch(/^odd_n_me-[0-9a-f]{8}$/);
    expect(await client.callTool({ name: odd })).toMatchObject({ structuredContent: { odd: true } });
    await expect(client.listTools({ cursor: "bm90aGluZw" })).rejects.toThrow("The cursor leads nowhere");
  });

  it("tells its clients when the list has changed", async () => {
    const { url, service } = await TestRegistry.start([]);
    const client = await overHttp(url);
    let changes = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changes += 1;
    });
    await eventually(
      () => {
        service.registerTool(tool(`t${changes}${Math.random()}`));
        return changes;
      },
      (count) => count > 0,
    );
  });

  it("passes on that a call is canceled", async () => {
    const { url, service } = await TestRegistry.start([]);
    let aborted = false;
    const started = new Promise<void>((resolve) => {
      service.registerTool(
        tool("hang", (_, { signal }) => {
          signal.addEventListener("abort", () => {
            aborted = true;
          });
          resolve();
          return new Promise(() => undefined);
        }),
      );
    });
    const client = await overHttp(url);
    const leaving = new AbortController();
    const call = client.callTool({ name: "hang" }, undefined, { signal: leaving.signal });
    await started;
    leaving.abort("enough");
    await expect(call).rejects.toThrow("enough");
    await eventually(
      () => aborted,
      (told) => told,
    );
  });

  it("closes at once although clients listen for news, and finishes calls first", async () => {
    const { url, service } = await TestRegistry.start([]);
    let finish = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      service.registerTool(
        tool("slow", async () => {
          resolve();
          await new Promise<void>((done) => {
            finish = done;
          });
          return { done: true };
        }),
      );
    });
    const client = await overHttp(url);
    const call = client.callTool({ name: "slow" });
    await started;
    await wait(50);
    const closed = service.close({ timeoutMs: 60_000 });
    finish();
    expect(await call).toMatchObject({ structuredContent: { done: true } });
    await closed;
  });

  it("asks for the same token as the registry, and keeps sessions apart", async () => {
    const auth: ToolRegistryOptions["auth"] = {
      mode: "required",
      schemes: { ArpBearerJWT: (token) => (token.startsWith("tok-") ? token : undefined) },
    };
    const { url } = await TestRegistry.start([], { auth });
    await expect(overHttp(url)).rejects.toThrow("Authentication is required");
    const mine = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: "Bearer tok-me" } },
    });
    const client = await connect(mine as Transport);
    expect((await client.listTools()).tools).toHaveLength(4);
    const theirs = await fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        authorization: "Bearer tok-other",
        "mcp-session-id": mine.sessionId ?? "",
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    expect(theirs.status).toBe(404);
  });

  it.each([
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page whose name points here", { host: "evil.example", origin: "http://evil.example" }],
    ["a page whose name points here, without an origin", { host: "evil.example:8082" }],
    ["a sandboxed page", { origin: "null" }],
    ["a name that only begins like ours", { host: "localhost.evil.example" }],
  ])("refuses %s", async (_, headers) => {
    const { url } = await TestRegistry.start([]);
    expect(await statusOf(url, headers)).toBe(403);
  });

  it.each([
    ["no origin", {}],
    ["a page of this machine", { origin: "http://localhost:3000" }],
    ["an origin that is allowed", { origin: "https://app.example" }],
    ["a host that is allowed", { host: "tools.example" }],
  ])("lets %s in", async (_, headers) => {
    const mcp = { allowedOrigins: ["https://app.example"], allowedHosts: ["tools.example"] };
    const { url } = await TestRegistry.start([], { mcp });
    expect(await statusOf(url, headers)).toBe(200);
  });

  it("ends the session that was idle longest when there are too many", async () => {
    const { url } = await TestRegistry.start([], { mcp: { maxSessions: 2 } });
    const first = await overHttp(url);
    await wait(5);
    const second = await overHttp(url);
    await wait(5);
    await overHttp(url);
    await expect(first.listTools()).rejects.toThrow("Session not found");
    expect((await second.listTools()).tools).toHaveLength(4);
  });

  it("may be left out", async () => {
    const { url } = await TestRegistry.start([], { mcp: false });
    expect(await statusOf(url, {})).toBe(404);
  });
});

describe("the registry as an MCP server over stdio", () => {
  it.each(["in this process", "by its client"])(
    "offers the tools of a registry %s, until its input ends",
    async (where) => {
      const registry = await TestRegistry.start([]);
      const client = new ToolRegistryClient({ baseUrl: registry.url });
      const directory = where === "by its client" ? remoteDirectory(client, 20) : registry.service.directory;
      const transport = new PipeTransport();
      const served = serveMcpStdio(directory, transport);
      const host = await connect(transport);
      let changes = 0;
      host.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        changes += 1;
      });
      expect((await host.listTools()).tools.map(({ name }) => name)).toEqual(await registry.ids());
      expect(await host.callTool({ name: "echo", arguments: { text: "hi" } })).toMatchObject({
        structuredContent: { text: "hi" },
      });
      await eventually(
        () => {
          registry.service.registerTool(tool(`t${Math.random()}`));
          return changes;
        },
        (count) => count > 0,
      );
      await transport.close();
      await served;
    },
  );

  it("serves a registry that nobody listens to", async () => {
    const service = new ToolRegistryService({ logger: false });
    const transport = new PipeTransport();
    const served = serveMcpStdio(service.directory, transport);
    expect((await (await connect(transport)).listTools()).tools).toHaveLength(4);
    await transport.close();
    await served;
    await service.close();
  });
});

/** Of the first request of a session; `fetch` would not send another host. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "page", version: "1" } };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/mcp`, { method: "POST", headers: { ...common, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
