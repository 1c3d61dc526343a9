import { execFile } from "node:child_process";
import { mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { eventually } from "../support.js";
import { everything, isAlive, odd, recordingLogger, serverProgram, TestRegistry, textOf } from "./registries.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

async function oddRegistry(...more: Parameters<typeof odd>): Promise<TestRegistry> {
  const registry = await TestRegistry.start([odd(...more)]);
  await registry.until("mcp odd", "degraded");
  return registry;
}

describe("the everything server over stdio", () => {
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
    expect(await registry.client.getTool({ path: { tool_id: "every.echo" } })).toMatchObject({
      name: "every.echo",
      description: "Echoes back the input string",
      source: "remote",
      metadata: { annotations: { title: "Echo Tool", readOnlyHint: "true" } },
    });
  });

  it("gives structured content where there is some, and judges arguments by the server's own schema", async () => {
    const registry = await TestRegistry.start([everything()]);
    await registry.until("mcp every", "ok");
    const weather = await registry.call("every.get-structured-content", { location: "Chicago" });
    expect(weather.result).toEqual({ temperature: 36, conditions: "Light rain / drizzle", humidity: 82 });
    expect(await registry.call("every.echo", { message: 1 })).toMatchObject({
      ok: false,
      error: { code: "tool.invalid_args", details: { issues: ["args/message must be string"] } },
    });
  });
});

describe("the filesystem server", () => {
  it("reads a file of its folder, and says why it does not read another", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "tools-")));
    await writeFile(join(folder, "note.txt"), "remember the milk");
    const args = [serverProgram("filesystem"), folder];
    const registry = await TestRegistry.start([{ kind: "mcp-stdio", name: "files", command: process.execPath, args }]);
    await registry.until("mcp files", "ok");
    const note = await registry.call("files.read_text_file", { path: join(folder, "note.txt") });
    expect(note.result).toEqual({ content: "remember the milk" });
    expect(await registry.call("files.read_text_file", { path: "/etc/passwd" })).toMatchObject({
      ok: false,
      error: { code: "tool.execution_error", message: expect.stringContaining("Access denied") },
    });
  });
});

describe("an MCP server that misbehaves", () => {
  it("is listed over all pages; a malformed tool is left out and reported, an odd name becomes a stable id", async () => {
    const registry = await oddRegistry();
    const ids = (await registry.ids()).filter((id) => id.startsWith("odd."));
    expect(ids).toHaveLength(13);
    const oddName = ids.find((id) => /^odd\.odd_name_-[0-9a-f]{8}$/.test(id)) ?? "";
    expect(textOf(await registry.call(oddName))).toBe("odd");
    expect(await registry.check("mcp odd")).toMatchObject({
      status: "degraded",
      message: "1 of its tools are malformed and left out",
    });
  });

  it("is started anew when it dies; calls meanwhile answer tool.unavailable, retryable", async () => {
    const registry = await oddRegistry();
    const before = textOf(await registry.call("odd.pid"));
    expect(await registry.call("odd.die")).toMatchObject({
      ok: false,
      error: { code: "tool.unavailable", retryable: true },
    });
    const down = await registry.until("mcp odd", "down");
    expect(down?.message).toBe("its process has ended with code 3");
    expect(await registry.ids()).toContain("odd.pid");
    expect(await registry.call("odd.pid")).toMatchObject({
      error: { code: "tool.unavailable", retryable: true },
    });
    await registry.until("mcp odd", "degraded");
    expect(textOf(await registry.call("odd.pid"))).not.toBe(before);
  });

  it("is started anew when it is killed", async () => {
    const registry = await oddRegistry();
    const before = Number(textOf(await registry.call("odd.pid")));
    process.kill(before, "SIGKILL");
    const again = await eventually(
      () => registry.call("odd.pid"),
      ({ ok }) => ok,
    );
    expect(Number(textOf(again))).not.toBe(before);
  });

  it("tells that its list has changed, and the new tool can be called", async () => {
    const registry = await oddRegistry();
    expect(await registry.ids()).not.toContain("odd.grown");
    await registry.call("odd.grow");
    await eventually(
      () => registry.ids(),
      (ids) => ids.includes("odd.grown"),
    );
    expect(textOf(await registry.call("odd.grown"))).toBe("grown");
  });

  it("is told when a call has had its time, and when its caller leaves", async () => {
    const registry = await oddRegistry({ timeout_ms: 200 });
    expect(await registry.call("odd.hang")).toMatchObject({ ok: false, error: { code: "tool.timeout" } });
    const canceled = async (count: string): Promise<string> =>
      eventually(
        async () => textOf(await registry.call("odd.canceled")),
        (text) => text === count,
      );
    await canceled("1");
    const leaving = AbortSignal.timeout(50);
    await expect(registry.call("odd.hang", {}, leaving)).rejects.toThrow();
    await canceled("2");
  });

  it("may not answer more than its limit, nor what its output schema forbids", async () => {
    const registry = await oddRegistry({ max_result_bytes: 1000 });
    expect(await registry.call("odd.big", { bytes: 2000 })).toMatchObject({
      ok: false,
      error: { code: "tool.result_too_large", details: { max_bytes: 1000 } },
    });
    expect(await registry.call("odd.big", { bytes: 20 })).toMatchObject({ ok: true });
    expect(await registry.call("odd.structured", { n: 1 })).toMatchObject({ ok: true, result: { n: 1 } });
    expect(await registry.call("odd.structured", { n: "1" })).toMatchObject({ error: { code: "tool.handler_error" } });
  });

  it("fails in words: an error result, and a refusal of the protocol", async () => {
    const registry = await oddRegistry();
    expect(await registry.call("odd.fails")).toMatchObject({
      error: { code: "tool.execution_error", message: "it failed with undefined" },
    });
    expect(await registry.call("odd.refuses")).toMatchObject({
      error: { code: "tool.execution_error", message: expect.stringContaining("not like this") },
    });
  });

  it("lists a tool whose schema cannot be used, but does not call it", async () => {
    const registry = await oddRegistry();
    expect(await registry.ids()).toContain("odd.hostile");
    const { error } = await registry.call("odd.hostile");
    expect(error).toMatchObject({
      code: "tool.unavailable",
      message: expect.stringContaining("it refers back to a group"),
    });
    const check = await eventually(
      () => registry.check("mcp odd"),
      (found) => found?.details !== undefined,
    );
    expect(check?.details?.["problems"]).toEqual([expect.stringContaining('tool "odd.hostile" cannot be called')]);
  });

  it("ends with the registry, with all that it has started, even if it ignores SIGTERM", async () => {
    const registry = await oddRegistry({ env: { ODD_DEAF: "yes" } });
    const pid = Number(textOf(await registry.call("odd.pid")));
    const offspring = Number(textOf(await registry.call("odd.offspring")));
    expect([isAlive(pid), isAlive(offspring)]).toEqual([true, true]);
    await registry.service.close();
    await eventually(
      () => [isAlive(pid), isAlive(offspring)],
      (alive) => !alive.includes(true),
    );
  });

  it("ends with the process of the registry too, when that just exits", async () => {
    const program = `
      import { ToolRegistryService } from "./services/dist/tool-registry/service.js";
      const registry = new ToolRegistryService({ logger: false, sources: [${JSON.stringify(odd({ env: { ODD_DEAF: "yes" } }))}] });
      registry.connect();
      const request = { invocation_id: "i", tool_id: "odd.pid", args: {} };
      for (;;) {
        const { ok, result } = await registry.directory.call(request, new AbortController().signal);
        if (ok) console.log(result.content[0].text), process.exit();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }`;
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    await eventually(
      () => isAlive(Number(stdout)),
      (alive) => !alive,
    );
  });

  it("never gets its secrets told: not in the log, an error, a definition or a health check", async () => {
    const { logger, lines } = recordingLogger();
    const source = odd({ env: { ODD_TOKEN: { env: "THE_TOKEN" } } });
    const environment = { THE_TOKEN: "hunter2-hunter2" };
    const registry = await TestRegistry.start([source], { logger, environment });
    await registry.until("mcp odd", "degraded");
    const said = [
      JSON.stringify(await registry.client.listTools()),
      JSON.stringify(await registry.call("odd.fails")),
      JSON.stringify(await registry.client.health()),
      ...lines,
    ].join("\n");
    expect(said).toContain("started with [secret]");
    expect(said).toContain("knows [secret]");
    expect(said).toContain("it failed with [secret]");
    expect(said).not.toContain("hunter2");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(2000);
  });

  it("that tells a secret in a result has it struck out; what is not called a secret stays as it is", async () => {
    const source = odd({ env: { ODD_TOKEN: { env: "THE_TOKEN" }, ODD_FOLDER: { env: "THE_FOLDER" } } });
    const environment = { THE_TOKEN: "hunter2-hunter2", THE_FOLDER: "/srv/data" };
    const registry = await TestRegistry.start([source], { environment });
    await registry.until("mcp odd", "degraded");
    const { ok, result } = await registry.call("odd.tells");
    expect(ok).toBe(true);
    expect(JSON.stringify(result)).toContain("[secret] in /srv/data");
  });

  it("that cannot be started delays and fails nothing", async () => {
    const registry = await TestRegistry.start([{ kind: "mcp-stdio", name: "none", command: "/no/such/program" }]);
    expect(await registry.call("echo", { text: "conformance" })).toMatchObject({ ok: true });
    await eventually(
      () => registry.check("mcp none"),
      (check) => check?.message === "its program cannot be started (ENOENT)",
    );
    expect((await registry.client.health()).status).toBe("degraded");
    expect(await registry.call("none.tool")).toMatchObject({ error: { code: "tool.unavailable", retryable: true } });
    expect(await registry.call("other.tool")).toMatchObject({ error: { code: "tool.not_found" } });
  });
});
