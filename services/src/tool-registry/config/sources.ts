import type { Logger } from "@agentwire/kit/server";
import type { Secrets } from "../../shared/secrets.js";
import { httpToolOf } from "../sources/http/http-tool.js";
import { type McpRoute, McpSource } from "../sources/mcp/mcp-source.js";
import { httpRoute, processRoute } from "../sources/mcp/routes.js";
import { RegistrySource } from "../sources/registry/registry-source.js";
import type { ToolSource } from "../sources/source.js";
import type { ToolLimits } from "../tool.js";
import type { ToolLimitsConfig, ToolSourceConfig } from "./config.js";

export interface SourceSurroundings {
  readonly secrets: Secrets;
  readonly log: Logger;
  /** The id of the registry that the tools are for. */
  readonly registryId: string;
}

/** What a message may have beyond the result in it, and at least. */
const MESSAGE_OVERHEAD = 4;
const MIN_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * The source that an entry describes; undefined for the built-in functions.
 * @param where the entry, for errors
 * @throws Error for what cannot work, such as a variable that is not set
 */
export function sourceOf(
  config: ToolSourceConfig,
  where: string,
  { secrets, log, registryId }: SourceSurroundings,
): ToolSource | undefined {
  const redact = (text: string): string => secrets.redact(text);
  const mcp = (server: string, route: McpRoute): McpSource =>
    new McpSource({ server, route, limits: limitsOf(config as ToolLimitsConfig), log, redact });
  switch (config.kind) {
    case "builtin":
      return undefined;
    case "http": {
      const headers = secrets.readAll(config.headers, `${where}/headers`);
      return { name: `http ${config.id}`, tools: [{ ...limitsOf(config), ...httpToolOf(config, headers, where) }] };
    }
    case "mcp-stdio": {
      const { name, command, args = [], cwd } = config;
      const onStderr = (line: string): void => log.info({ source: `mcp ${name}`, line: redact(line) }, "stderr");
      const env = secrets.readAll(config.env, `${where}/env`);
      const program = { command, args, env, cwd, onStderr, maxMessageBytes: messageBytes(config) };
      return mcp(name, processRoute(program));
    }
    case "mcp-http": {
      const headers = secrets.readAll(config.headers, `${where}/headers`);
      return mcp(config.name, httpRoute(urlOf(config.url, where), headers, { maxMessageBytes: messageBytes(config) }));
    }
    case "registry": {
      const { name, prefix = `${name}.`, refresh_ms: refreshMs } = config;
      const token = config.token === undefined ? undefined : secrets.readSecret(config.token, `${where}/token`);
      const url = urlOf(config.url, where).href;
      return new RegistrySource({
        name,
        url,
        token,
        prefix,
        refreshMs,
        limits: limitsOf(config),
        log,
        redact,
        registryId,
      });
    }
  }
}

function limitsOf(config: ToolLimitsConfig): ToolLimits {
  return {
    ...(config.timeout_ms === undefined ? {} : { timeoutMs: config.timeout_ms }),
    ...(config.max_result_bytes === undefined ? {} : { maxResultBytes: config.max_result_bytes }),
    ...(config.max_concurrency === undefined ? {} : { maxConcurrency: config.max_concurrency }),
    ...(config.max_queue === undefined ? {} : { maxQueue: config.max_queue }),
  };
}

/** A message over the limit costs the connection, and a result over its limit only the call. */
function messageBytes({ max_result_bytes = 0 }: ToolLimitsConfig): number {
  return Math.max(MIN_MESSAGE_BYTES, max_result_bytes * MESSAGE_OVERHEAD);
}

function urlOf(text: string, where: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new Error(`${where}/url: "${text}" is no URL`);
}
