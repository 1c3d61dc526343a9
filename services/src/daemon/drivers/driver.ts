import type { AuthOptions } from "@agentwire/kit/server";
import type { LaunchSettings } from "@agentwire/models/daemon";
import type { Retention } from "../../storage/pruner.js";
import type { DriverConfig } from "./config.js";

/** What a driver is told about one start. */
export interface Launch {
  readonly instanceId: string;
  /** The instance's own folder, for its files. */
  readonly folder: string;
  /** Free a moment ago. */
  readonly port: number;
  /** Made up for this start; only the Daemon knows it. */
  readonly token: string;
  readonly settings: LaunchSettings;
}

/** Auth that another process can be told of: without functions. */
export type PlainAuth = Omit<AuthOptions, "schemes">;

/** What every instance shares with the Daemon that starts it. */
export interface Surroundings {
  /** Where relative paths of drivers begin. Default: the working folder. */
  readonly folder?: string;
  /** Where executors find the variables that their configuration names. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The tool registry of instances whose profile names none, and the token for it. */
  readonly toolRegistry?: { readonly url: string; readonly token?: string | undefined };
  /** How long reference runtimes keep runs that have ended. Default: for ever. */
  readonly retention?: Retention | undefined;
  /** Who may call reference runtimes directly, beside the Daemon, such as to follow a run. Default: nobody. */
  readonly auth?: PlainAuth;
}

/** A program to start, and how to talk to it then. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Sent over the IPC channel of a child that is a Node program. */
  readonly message?: object;
  /** The token that the instance asks for, if it does. */
  readonly token?: string;
}

/** Turns one kind of configuration into programs. */
export type Driver<Config extends DriverConfig> = (config: Config, launch: Launch, surroundings: Surroundings) => Start;

/** The variable in which an instance finds its tool registry. */
export const REGISTRY_VARIABLE = "ARP_TOOL_REGISTRY_URL";

/** What the settings of a profile and a request put into the environment; a registry that they set there wins. */
export function environmentOf({ settings }: Launch, { toolRegistry }: Surroundings): Record<string, string> {
  const registry = settings.tool_registry_url ?? toolRegistry?.url;
  return { ...(registry === undefined ? {} : { [REGISTRY_VARIABLE]: registry }), ...settings.env };
}
