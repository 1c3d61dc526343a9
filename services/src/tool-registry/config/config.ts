import type { ConfigText } from "../../shared/secrets.js";
import type { JsonObject } from "../tool.js";

/** Where tools come from, as a configuration file says it; `toolSourcesSchema` describes the same in JSON Schema. */
export type ToolSourceConfig =
  | BuiltinSourceConfig
  | HttpSourceConfig
  | McpStdioSourceConfig
  | McpHttpSourceConfig
  | RegistrySourceConfig;

/** What every tool of a source may cost. */
export interface ToolLimitsConfig {
  readonly timeout_ms?: number;
  readonly max_result_bytes?: number;
  readonly max_concurrency?: number;
  readonly max_queue?: number;
}

/** The functions of this package. Without this entry all of them are offered. */
export interface BuiltinSourceConfig {
  readonly kind: "builtin";
  /** Ids of those to offer. Default: all. */
  readonly tools?: readonly string[];
}

/** One tool that is an HTTP endpoint. */
export interface HttpSourceConfig extends ToolLimitsConfig {
  readonly kind: "http";
  readonly id: string;
  /** Default: the id. */
  readonly name?: string;
  readonly description: string;
  readonly input_schema: JsonObject;
  readonly output_schema?: JsonObject;
  /** Default `POST`. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** May hold `{argument}` in its path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, ConfigText>>;
  /** Bytes that are read of an answer. Default: as `max_result_bytes`. */
  readonly max_response_bytes?: number;
}

/** An MCP server that is a program on this machine. */
export interface McpStdioSourceConfig extends ToolLimitsConfig {
  readonly kind: "mcp-stdio";
  /** Its tools are called `<name>.<tool>`. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, ConfigText>>;
  readonly cwd?: string;
}

/** An MCP server over streamable HTTP. */
export interface McpHttpSourceConfig extends ToolLimitsConfig {
  readonly kind: "mcp-http";
  /** Its tools are called `<name>.<tool>`. */
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, ConfigText>>;
}

/** Another tool registry. */
export interface RegistrySourceConfig extends ToolLimitsConfig {
  readonly kind: "registry";
  readonly name: string;
  readonly url: string;
  readonly token?: ConfigText;
  /** What comes before the ids and names of its tools. Default: its name and a dot; `""` for nothing. */
  readonly prefix?: string;
  /** Milliseconds between two looks at its list. Default 30 000. */
  readonly refresh_ms?: number;
}
