import type { AuthOptions } from "./auth/options.js";
import type { ChannelOptions } from "./channel.js";
import type { CorsOptions } from "./cors.js";
import type { Limits } from "./limits.js";
import type { Logger } from "./log.js";
import type { MountTable } from "./mount.js";

/** How the items of streams go out. */
export interface StreamingOptions {
  /**
   * Milliseconds in which the items of a stream are gathered and then sent in one write, which carries more of them
   * and delays each by so much at most. Default: each is sent as it comes.
   */
  readonly gather?: number;
}

/** Settings of a server. Everything has a safe default. */
export interface ServerOptions {
  /** What the service calls itself in its version answer. Default `agentwire-<service>`. */
  readonly name?: string;
  /** The implementation's version. Default `0.0.0`. */
  readonly version?: string;
  /** Default: mode `disabled`, which `listen` accepts on loopback only. */
  readonly auth?: AuthOptions;
  readonly limits?: Limits;
  /** Default: no web page of another origin may call. */
  readonly cors?: CorsOptions;
  /** Check what methods return against the contract; a mismatch is logged and answered with 500. Default true. */
  readonly validateResponses?: boolean;
  /** Any pino-like logger, or false for none. Default: pino at `LOG_LEVEL`, silent without it. */
  readonly logger?: Logger | false;
  readonly streams?: StreamingOptions;
  readonly channels?: ChannelOptions;
  /** Protocols beside the contract's own, by path, such as `/mcp`. They are called by those who may call the contract. */
  readonly mounts?: MountTable;
  /**
   * The path, such as `/ready`, at which anybody is told whether to send requests: 200, or 503 while the server starts or
   * closes, or `checkReadiness` says what is in the way. Default: none.
   */
  readonly readiness?: string;
}
