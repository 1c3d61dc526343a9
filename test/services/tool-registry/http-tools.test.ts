import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HttpSourceConfig } from "../../../services/src/tool-registry/config/config.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { TestRegistry } from "./registries.js";

/** What the endpoint was asked last. */
interface Asked {
  method?: string;
  url?: string;
  headers?: IncomingMessage["headers"];
  body?: string;
}

async function endpoint(answer: RequestListener): Promise<{ base: string; asked: Asked }> {
  const asked: Asked = {};
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    Object.assign(asked, { method: request.method, url: request.url, headers: request.headers, body });
    answer(request, response);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json = (value: unknown, status = 200): RequestListener => {
  return (_, response) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
  };
};

async function tool(answer: RequestListener, path: string, more: Partial<HttpSourceConfig> = {}) {
  const { base, asked } = await endpoint(answer);
  const source = { kind: "http", id: "it", description: "A tool.", input_schema: {}, url: `${base}${path}`, ...more };
  const registry = await TestRegistry.start([source as HttpSourceConfig], { environment: { KEY: "very-secret" } });
  return { asked, base, call: (args: Record<string, unknown>) => registry.call("it", args), registry };
}

describe("a tool that is an HTTP endpoint", () => {
  it("gets its arguments as a JSON body, and its headers", async () => {
    const headers = { "x-key": { env: "KEY" }, "x-plain": "yes" };
    const { asked, call, registry } = await tool(json({ done: true }), "/do", { headers });
    expect(await call({ a: 1, b: ["x"] })).toMatchObject({ ok: true, result: { done: true } });
    expect(asked).toMatchObject({ method: "POST", url: "/do", body: '{"a":1,"b":["x"]}' });
    expect(asked.headers).toMatchObject({
      "x-key": "very-secret",
      "x-plain": "yes",
      "content-type": "application/json",
    });
    expect(await registry.client.getTool({ path: { tool_id: "it" } })).toEqual({
      tool_id: "it",
      name: "it",
      description: "A tool.",
      input_schema: {},
      source: "remote",
    });
  });

  it("gets them in path and query, always encoded, the rest of a GET in the query", async () => {
    const { asked, call } = await tool(json({}), "/users/{id}/notes?q={text}&lang={lang}", { method: "GET" });
    await call({ id: "a/../b?x#y", text: "1&2=3", tags: ["p", "q"], deep: { n: 1 } });
    expect(asked.url).toBe("/users/a%2F..%2Fb%3Fx%23y/notes?q=1%262%3D3&tags=p&tags=q&deep=%7B%22n%22%3A1%7D");
    expect(asked.body).toBe("");
  });

  it.each([[".."], ["."], [""], [{ no: 1 }], [undefined]])("never asks another path for %j", async (id) => {
    const { asked, call } = await tool(json({}), "/users/{id}/notes");
    expect(await call({ id })).toMatchObject({ ok: false, error: { code: "tool.invalid_args" } });
    expect(asked.url).toBeUndefined();
  });

  it.each([
    ["a list", json([1, 2]), { value: [1, 2] }],
    ["a number", json(7), { value: 7 }],
    ["null", json(null), { value: null }],
    ["text", ((_, response) => response.end("plain")) as RequestListener, { value: "plain" }],
    ["nothing", ((_, response) => response.writeHead(204).end()) as RequestListener, {}],
  ])("makes an object of %s", async (_, answer, result) => {
    const { call } = await tool(answer, "/");
    expect(await call({})).toMatchObject({ ok: true, result });
  });

  it("makes a status that is no success an error, which may be retryable, and strikes out secrets", async () => {
    const headers = { authorization: { env: "KEY" } };
    const refused = await tool(json({ why: "very-secret" }, 422), "/", { headers });
    const { error } = await refused.call({});
    expect(error).toMatchObject({ code: "tool.execution_error", details: { status: 422 } });
    expect(error).not.toHaveProperty("retryable");
    expect(error?.details?.["body"]).toBe('{"why":"[secret]"}');
    const busy = await tool((_, response) => response.writeHead(503, { "retry-after": "7" }).end(), "/");
    expect(await busy.call({})).toMatchObject({
      error: { code: "tool.execution_error", retryable: true, details: { status: 503, retry_after: "7" } },
    });
  });

  it("may not answer with JSON that is none, nor more than its limit, which is all that is read", async () => {
    const broken = await tool((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end("{");
    }, "/");
    expect(await broken.call({})).toMatchObject({ error: { code: "tool.execution_error" } });
    const endless = await tool(
      (_, response) => {
        const more = (): void => {
          if (response.write("x".repeat(1000))) setImmediate(more);
          else response.once("drain", more);
        };
        more();
      },
      "/",
      { max_response_bytes: 5000 },
    );
    expect(await endless.call({})).toMatchObject({
      error: { code: "tool.result_too_large", details: { max_bytes: 5000 } },
    });
  });

  it("follows redirects within its origin, and no others", async () => {
    const { base: other, asked: otherAsked } = await endpoint(json({ stolen: true }));
    const { call, asked } = await tool((request, response) => {
      if (request.url === "/new") json({ moved: true })(request, response);
      else response.writeHead(307, { location: request.url === "/old" ? "/new" : `${other}/` }).end();
    }, "/{where}");
    expect(await call({ where: "old" })).toMatchObject({ ok: true, result: { moved: true } });
    expect(asked).toMatchObject({ method: "POST", url: "/new" });
    expect(await call({ where: "away" })).toMatchObject({
      error: { code: "tool.execution_error", details: { status: 307 } },
    });
    expect(otherAsked.url).toBeUndefined();
  });

  it("that cannot be reached is unavailable, and one that hangs has its time", async () => {
    const hangs = await tool(() => undefined, "/", { timeout_ms: 50 });
    expect(await hangs.call({})).toMatchObject({ error: { code: "tool.timeout" } });
    const gone = await tool((request) => request.socket.destroy(), "/");
    expect(await gone.call({})).toMatchObject({ error: { code: "tool.unavailable", retryable: true } });
  });

  it.each([
    ["http://{host}/", 'sources/0/url: "http://{host}/" is no URL'],
    ["http://h/{a", "has a brace too many"],
  ])("refuses %s as its address", (url, reason) => {
    const source: HttpSourceConfig = { kind: "http", id: "x", description: "x", input_schema: {}, url };
    expect(() => new ToolRegistryService({ sources: [source] })).toThrow(reason);
  });
});
