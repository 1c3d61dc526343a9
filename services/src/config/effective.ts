import { resolve } from "node:path";
import { type AuthOptions, authFromEnvironment } from "@agentwire/kit/server";
import { defaultExecutor } from "../runtime/executors/configured.js";
import type { AuthConfig, LimitsConfig, StackConfig } from "./config.js";
import { DEFAULT_PORTS, type Ports, SERVICE_NAMES, type ServiceName } from "./names.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration with everything in it that was left out. It holds no secret: those stay in the environment. */
export interface EffectiveConfig extends StackConfig {
  /** Absolute. */
  readonly data?: string;
  readonly host: string;
  readonly services: readonly ServiceName[];
  readonly ports: Ports;
  readonly auth: AuthConfig;
  readonly limits: Required<LimitsConfig>;
}

export interface Surroundings {
  /** Where relative paths begin: the folder of the configuration file. Default: the working folder. */
  readonly folder?: string;
  readonly environment?: Environment;
}

/**
 * What a configuration means here.
 * @throws Error when the `ARP_AUTH_*` variables cannot be meant, or tokens have no audience
 */
export function effectiveConfig(
  config: StackConfig,
  { folder = process.cwd(), environment = process.env }: Surroundings = {},
): EffectiveConfig {
  const { $schema: _, data, ...rest } = config;
  const services = config.services ?? SERVICE_NAMES;
  const auth = config.auth ?? authOfEnvironment(environment);
  if (auth.mode !== "disabled" && auth.audience === undefined) {
    throw new Error(
      "tokens must be for somebody: set ARP_AUTH_AUDIENCE, or auth.audience in the configuration, to what these services are called",
    );
  }
  return {
    ...rest,
    ...(data === undefined ? {} : { data: resolve(folder, data) }),
    host: config.host ?? "127.0.0.1",
    services: SERVICE_NAMES.filter((name) => services.includes(name)),
    ports: { ...DEFAULT_PORTS, ...config.ports },
    auth,
    limits: { body_bytes: 1024 * 1024, requests: 10_000, window_seconds: 10, ...config.limits },
    runtime: { ...config.runtime, executor: config.runtime?.executor ?? defaultExecutor(environment) },
  };
}

/** Tokens are asked for as soon as one of the variables is there. */
function authOfEnvironment(environment: Environment): AuthConfig {
  if (!Object.keys(environment).some((name) => name.startsWith("ARP_AUTH_"))) return { mode: "disabled" };
  const { mode, jwt = {}, exemptPaths, devSubject, anonymousSubject } = authFromEnvironment(environment);
  const { issuer, audience, jwksUri, discoveryUrl, algorithms, clockSkewSeconds } = jwt;
  const rest = withoutUndefined({
    issuer,
    audience,
    jwks_uri: jwksUri,
    discovery_url: discoveryUrl,
    algorithms,
    clock_skew_seconds: clockSkewSeconds,
    exempt_paths: exemptPaths,
    dev_subject: devSubject,
    anonymous_subject: anonymousSubject,
  });
  return { mode, ...rest };
}

/** The same, as the server kit takes it. */
export function authOptionsOf(auth: AuthConfig): AuthOptions {
  const {
    mode,
    issuer,
    audience,
    jwks_uri,
    discovery_url,
    algorithms,
    clock_skew_seconds,
    exempt_paths,
    dev_subject,
    anonymous_subject,
  } = auth;
  const jwt = {
    issuer,
    audience,
    jwksUri: jwks_uri,
    discoveryUrl: discovery_url,
    algorithms,
    clockSkewSeconds: clock_skew_seconds,
  };
  const others = withoutUndefined({
    exemptPaths: exempt_paths,
    devSubject: dev_subject,
    anonymousSubject: anonymous_subject,
  });
  return { mode, ...others, ...(mode === "disabled" ? {} : { jwt: withoutUndefined(jwt) }) };
}

type Defined<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
