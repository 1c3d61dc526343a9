import type { DriverConfig } from "../daemon/drivers/config.js";
import type { ExecutorConfig } from "../runtime/executors/config.js";
import type { ToolLimitsConfig, ToolSourceConfig } from "../tool-registry/config/config.js";
import type { ServiceName } from "./names.js";

/** The whole local stack, as a configuration file says it; `stackSchema` describes the same in JSON Schema. */
export interface StackConfig {
  /** For editors. */
  readonly $schema?: string;
  /** The folder of the databases and logs. Absent: everything is in memory, and gone at the end. */
  readonly data?: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default: all. */
  readonly services?: readonly ServiceName[];
  readonly ports?: Readonly<Partial<Record<ServiceName, number>>>;
  readonly auth?: AuthConfig;
  readonly limits?: LimitsConfig;
  readonly retention?: RetentionConfig;
  readonly runtime?: RuntimeConfig;
  readonly tool_registry?: ToolRegistryConfig;
  readonly daemon?: DaemonConfig;
  readonly session?: SessionConfig;
}

/** Who may call runtime, tool registry and daemon. Without it the `ARP_AUTH_*` variables decide, and without them nobody is asked. */
export interface AuthConfig {
  readonly mode: "disabled" | "optional" | "required";
  readonly issuer?: string;
  /** Required unless the mode is `disabled`. */
  readonly audience?: string | readonly string[];
  readonly jwks_uri?: string;
  readonly discovery_url?: string;
  readonly algorithms?: readonly string[];
  readonly clock_skew_seconds?: number;
  /** Paths that anybody may call beside health and version; compared exactly. */
  readonly exempt_paths?: readonly string[];
  readonly dev_subject?: string;
  readonly anonymous_subject?: string;
}

/** What a caller may cost each service. */
export interface LimitsConfig {
  /** Bytes of a request body. Default 1 MiB. */
  readonly body_bytes?: number;
  /** Requests of one address within `window_seconds`; 0 for any number. Default 10 000. */
  readonly requests?: number;
  /** Default 10. */
  readonly window_seconds?: number;
}

/** How long ended runs are kept, with their events and traces. Without a limit, for ever. */
export interface RetentionConfig {
  /** Days since their end. */
  readonly days?: number;
  /** How many each service keeps at most; the oldest go first. */
  readonly runs?: number;
  /** Seconds for which each is kept in any case. Default 60. */
  readonly grace_seconds?: number;
}

export interface RuntimeConfig {
  readonly executor?: ExecutorConfig;
  readonly max_concurrent_runs?: number;
  readonly max_queued_runs?: number;
  /** Milliseconds in which events of a stream are gathered to be sent together. Default: each is sent as it comes. */
  readonly gather_ms?: number;
  /** The registry of its tools. Default: the stack's own, where that runs. */
  readonly tool_registry_url?: string;
}

export interface ToolRegistryConfig extends ToolLimitsConfig {
  readonly sources?: readonly ToolSourceConfig[];
}

export interface DaemonConfig {
  /** How instances are started, by profile. Default: `planner`, the reference runtime with the agent of this stack. */
  readonly profiles?: Readonly<Record<string, DriverConfig>>;
  /** The driver of profiles that are made over the API. Default: as for `planner`; false: they cannot be started. */
  readonly default_driver?: DriverConfig | false;
  /** Hosts beside loopback, with a port where only that is meant, that callers may name as runtimes and registries. */
  readonly allow_hosts?: readonly string[];
  readonly max_instances?: number;
  readonly max_runs_per_instance?: number;
  readonly max_runs?: number;
  readonly start_timeout_ms?: number;
  readonly stop_timeout_ms?: number;
  readonly drain_timeout_ms?: number;
  readonly probe_interval_ms?: number;
  readonly hang_timeout_ms?: number;
  readonly max_log_bytes?: number;
  readonly lost_after_ms?: number;
}

export interface SessionConfig {
  /** What the network of agents is called. Default `local`. */
  readonly network?: string;
  /** Milliseconds an agent may be without a connection before it is out of its sessions. Default 30 000. */
  readonly grace_ms?: number;
  /** Milliseconds within which events for one agent leave together. Default 5. */
  readonly gather_ms?: number;
  /** Milliseconds after which an agent that reads nothing is cut off. Default 10 000. */
  readonly slow_consumer_ms?: number;
  /** The variable that holds the administrator's token. Default: a token is made up at each start. */
  readonly admin_token_env?: string;
  /** A JSON file of agents that are there from the start, by handle. */
  readonly seed?: string;
}
