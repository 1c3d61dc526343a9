import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import type { Logger } from "@agentwire/kit/server";
import type { HealthCheck } from "@agentwire/models/common";
import type { ToolInvocationResult } from "@agentwire/models/tool-registry";
import type { ToolSourceConfig } from "../../../services/src/tool-registry/config/config.js";
import { type ToolRegistryOptions, ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { eventually, listen } from "../support.js";

/** A registry on a real socket, and what tests ask of it. */
export class TestRegistry {
  readonly client: ToolRegistryClient;

  private constructor(
    readonly service: ToolRegistryService,
    readonly url: string,
  ) {
    this.client = new ToolRegistryClient({ baseUrl: url });
  }

  /** Listens until the test is over. */
  static async start(sources: readonly ToolSourceConfig[], options: ToolRegistryOptions = {}): Promise<TestRegistry> {
    const service = new ToolRegistryService({ logger: false, ...options, sources });
    return new TestRegistry(service, await listen(service));
  }

  call(tool_id: string, args: Record<string, unknown> = {}, signal?: AbortSignal): Promise<ToolInvocationResult> {
    const body = { invocation_id: "inv_1", tool_id, args };
    return Promise.resolve(this.client.invokeTool({ body }, signal ? { signal } : {}));
  }

  async ids(): Promise<string[]> {
    return (await this.client.listTools()).map(({ tool_id }) => tool_id);
  }

  /** The health check of a source. */
  async check(name: string): Promise<HealthCheck | undefined> {
    return (await this.client.health()).checks?.find((check) => check.name === name);
  }

  /** Waits until a source is as it should be. */
  async until(name: string, status: HealthCheck["status"]): Promise<HealthCheck | undefined> {
    return eventually(
      () => this.check(name),
      (check) => check?.status === status,
    );
  }
}

/** The program of a package that is an MCP server. */
export function serverProgram(name: "everything" | "filesystem"): string {
  const manifest = createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${name}/package.json`);
  return join(dirname(manifest), "dist", "index.js");
}

/** The everything server, over its standard input and output. */
export function everything(more: Partial<ToolSourceConfig> = {}): ToolSourceConfig {
  const args = [serverProgram("everything"), "stdio"];
  return { kind: "mcp-stdio", name: "every", command: process.execPath, args, ...more } as ToolSourceConfig;
}

/** The server of the fixtures, whose tools misbehave. */
export function odd(more: Partial<ToolSourceConfig> = {}): ToolSourceConfig {
  const args = [fileURLToPath(new URL("fixtures/mcp-server.mjs", import.meta.url))];
  return { kind: "mcp-stdio", name: "odd", command: process.execPath, args, ...more } as ToolSourceConfig;
}

/** The text of the first content block of a result. */
export function textOf({ result }: ToolInvocationResult): string {
  const content = result?.["content"] as { text: string }[] | undefined;
  return content?.[0]?.text ?? "";
}

/** Does a process with this id run? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const line = (fields: object, message?: string): void => void lines.push(`${JSON.stringify(fields)} ${message}`);
  const logger: Logger = { debug: line, info: line, warn: line, error: line, child: () => logger };
  return { logger, lines };
}
