import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { toolSourcesSchema } from "../../../services/src/tool-registry/config/schema.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { everything, recordingLogger, TestRegistry } from "./registries.js";

const endpoint = (id: string, more = {}) =>
  ({ kind: "http", id, description: "d", input_schema: {}, url: "http://127.0.0.1:9/", ...more }) as const;

describe("the sources of a registry", () => {
  it("are listed functions first, then as they are configured", async () => {
    const registry = await TestRegistry.start([endpoint("z"), everything(), endpoint("a")]);
    await registry.until("mcp every", "ok");
    const ids = await registry.ids();
    expect(ids.slice(0, 6)).toEqual(["echo", "calc", "time_now", "text_stats", "z", "every.echo"]);
    expect(ids.at(-1)).toBe("a");
  });

  it("that clash: the first stays, the other is reported in health and log", async () => {
    const { logger, lines } = recordingLogger();
    const registry = await TestRegistry.start(
      [endpoint("twin"), endpoint("echo"), endpoint("twin", { name: "Twin" })],
      {
        logger,
      },
    );
    expect(await registry.ids()).toEqual(["echo", "calc", "time_now", "text_stats", "twin"]);
    expect(await registry.call("echo", { text: "mine" })).toMatchObject({ ok: true, result: { text: "mine" } });
    expect(await registry.client.health()).toMatchObject({
      status: "degraded",
      checks: [
        {
          name: "http echo",
          status: "degraded",
          details: { problems: ['tool "echo" is left out: another one before it has its id'] },
        },
        { name: "http twin", status: "degraded" },
      ],
    });
    expect(lines.filter((line) => line.includes("is left out"))).toHaveLength(2);
  });

  it("may leave out functions", async () => {
    const registry = await TestRegistry.start([{ kind: "builtin", tools: ["calc"] }]);
    expect(await registry.ids()).toEqual(["calc"]);
  });

  it("a tool with a schema that cannot be used is listed, unavailable, and in the health check", async () => {
    const registry = await TestRegistry.start([endpoint("bad", { input_schema: { $ref: "http://h/x" } })]);
    expect(await registry.ids()).toContain("bad");
    expect(await registry.call("bad")).toMatchObject({ ok: false, error: { code: "tool.unavailable" } });
    expect((await registry.until("http bad", "degraded"))?.details).toMatchObject({
      problems: [expect.stringContaining('tool "bad" cannot be called: its input_schema cannot be used')],
    });
  });

  it.each<[string, unknown, string]>([
    [
      "a kind that there is not",
      [{ kind: "ftp" }],
      "sources/0/kind must be one of builtin, http, mcp-stdio, mcp-http, registry",
    ],
    [
      "a member that there is not",
      [{ ...endpoint("x"), hedaers: {} }],
      'sources/0 must NOT have additional properties "hedaers"',
    ],
    ["a member that is missing", [{ kind: "mcp-stdio", name: "x" }], "sources/0 must have required property 'command'"],
    [
      "a name that is no part of an id",
      [{ kind: "mcp-http", name: "a.b", url: "http://h" }],
      "sources/0/name must match pattern",
    ],
    ["one name twice", [everything(), everything()], 'sources/1: another source is called "every" already'],
    [
      "a variable that is not set",
      [endpoint("x", { headers: { a: { env: "NOT_THERE" } } })],
      "sources/0/headers/a: the environment variable NOT_THERE is not set",
    ],
    [
      "a header that cannot be",
      [endpoint("x", { headers: { "a b": "c" } })],
      "sources/0/headers: a header has a name or value",
    ],
  ])("are refused for %s, in words", (_, sources, reason) => {
    expect(() => new ToolRegistryService({ sources: sources as never, environment: {} })).toThrow(reason);
  });

  it("may be what the page about them shows", async () => {
    const page = await readFile(new URL("../../../docs/tools.md", import.meta.url), "utf8");
    const sources = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
    const environment = { ISSUES_TOKEN: "secret-1", TEAM_TOKEN: "secret-2" };
    const service = new ToolRegistryService({ sources, environment, logger: false });
    const listed = await service.directory.list(new AbortController().signal);
    expect(listed.map(({ tool_id }) => tool_id)).toEqual(["echo", "calc", "weather"]);
    await service.close();
  });

  it("have a schema for configuration files, in which everything is described", () => {
    expect(new Ajv2020({ strict: false }).validateSchema(toolSourcesSchema)).toBe(true);
    const undescribed: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      const { properties = {} } = schema as { properties?: Record<string, Record<string, unknown>> };
      for (const [name, member] of Object.entries(properties)) {
        if (!("description" in member) && !("const" in member)) undescribed.push(`${at}/${name}`);
      }
      for (const [key, value] of Object.entries(schema)) walk(value, `${at}/${key}`);
    };
    walk(toolSourcesSchema, "");
    expect(undescribed).toEqual([]);
  });
});
