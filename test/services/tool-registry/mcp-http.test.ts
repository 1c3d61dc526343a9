import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../support.js";
import { serverProgram, TestRegistry, textOf } from "./registries.js";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The everything server over streamable HTTP, until the test is over. */
async function startEverything(port: number): Promise<ChildProcess> {
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [serverProgram("everything"), "streamableHttp"], { env, stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise<void>((resolve) => {
    child.stderr?.on("data", (text) => String(text).includes("listening") && resolve());
  });
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}

describe("an MCP server over streamable HTTP", () => {
  it("offers its tools, answers calls, and is found again after it was gone", async () => {
    const port = await freePort();
    const first = await startEverything(port);
    const registry = await TestRegistry.start([
      { kind: "mcp-http", name: "every", url: `http://127.0.0.1:${port}/mcp` },
    ]);
    await registry.until("mcp every", "ok");
    expect(await registry.ids()).toContain("every.get-sum");
    expect(textOf(await registry.call("every.get-sum", { a: 2, b: 3 }))).toContain("5");

    await ended(first);
    expect(await registry.call("every.echo", { message: "hi" })).toMatchObject({
      ok: false,
      error: { code: "tool.unavailable", retryable: true },
    });
    await registry.until("mcp every", "down");
    await startEverything(port);
    await registry.until("mcp every", "ok");
    expect(textOf(await registry.call("every.echo", { message: "hi" }))).toBe("Echo: hi");
  });

  it("that is not there when the registry starts delays nothing, and is found when it comes", async () => {
    const port = await freePort();
    const registry = await TestRegistry.start([
      { kind: "mcp-http", name: "every", url: `http://127.0.0.1:${port}/mcp` },
    ]);
    expect(await registry.call("echo", { text: "x" })).toMatchObject({ ok: true });
    expect(await registry.check("mcp every")).toMatchObject({ status: "down" });
    await startEverything(port);
    await registry.until("mcp every", "ok");
  });

  it("gets the headers of the configuration, and does not get them told", async () => {
    const asked: IncomingMessage["headers"][] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers);
      response.writeHead(401).end(`who is ${request.headers.authorization}?`);
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const headers = { authorization: { env: "MCP_TOKEN", prefix: "Bearer " } };
    const registry = await TestRegistry.start([{ kind: "mcp-http", name: "closed", url, headers }], {
      environment: { MCP_TOKEN: "tok-123456" },
    });
    await eventually(
      () => asked.length,
      (count) => count > 0,
    );
    expect(asked[0]).toMatchObject({ authorization: "Bearer tok-123456" });
    await eventually(
      () => registry.check("mcp closed"),
      (check) => check?.message === "its server cannot be reached",
    );
    expect(JSON.stringify(await registry.client.health())).not.toContain("tok-123456");
  });
});
