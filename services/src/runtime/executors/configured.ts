import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Secrets } from "../../shared/secrets.js";
import { messageOf } from "../../shared/signals.js";
import type { Executor } from "../executor.js";
import { planner } from "../planner/planner.js";
import type { ExecutorConfig, FunctionConfig, OpenAiConfig, ProcessConfig } from "./config.js";
import { discreet } from "./discreet.js";

export interface ExecutorSurroundings {
  /** Where relative paths begin. Default: the working folder. */
  readonly folder?: string;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The agent that a configuration names; without one a model, where the environment has one, else the planner.
 * @throws Error that says what is missing
 */
export async function executorOf(
  config: ExecutorConfig | undefined,
  { folder = process.cwd(), environment = process.env }: ExecutorSurroundings = {},
): Promise<Executor> {
  const chosen = config ?? defaultExecutor(environment);
  switch (chosen.kind) {
    case "planner":
      return planner;
    case "function":
      return functionOf(chosen, folder);
    case "process":
      return processOf(chosen, folder, environment);
    case "openai-compatible":
      return openAiOf(chosen, environment);
  }
}

/** What is run where nothing is configured. */
export function defaultExecutor(environment: Readonly<Record<string, string | undefined>>): ExecutorConfig {
  return environment["OPENAI_MODEL"] ? { kind: "openai-compatible" } : { kind: "planner" };
}

async function functionOf({ module, export: name = "default" }: FunctionConfig, folder: string): Promise<Executor> {
  const isPath = module.startsWith(".") || isAbsolute(module);
  let exports: Record<string, unknown>;
  try {
    exports = (await import(isPath ? pathToFileURL(resolve(folder, module)).href : module)) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`the executor's module "${module}" cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
  const found = exports[name];
  if (typeof found === "function") return found as Executor;
  throw new Error(`the executor's module "${module}" has no function "${name}"`);
}

async function processOf(
  { env = {}, max_line_bytes, max_output_bytes, grace_ms, cwd, command, args }: ProcessConfig,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Executor> {
  const { processExecutor } = await import("./process/process.js");
  const secrets = new Secrets(environment);
  const executor = processExecutor({
    command,
    cwd: resolve(folder, cwd ?? "."),
    env: secrets.readAll(env, "executor/env"),
    ...(args ? { args } : {}),
    ...(max_line_bytes === undefined ? {} : { maxLineBytes: max_line_bytes }),
    ...(max_output_bytes === undefined ? {} : { maxOutputBytes: max_output_bytes }),
    ...(grace_ms === undefined ? {} : { graceMs: grace_ms }),
  });
  return discreet(executor, secrets);
}

async function openAiOf(
  config: OpenAiConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Executor> {
  const { openAiExecutor } = await import("./openai/openai.js");
  const { system_prompt, temperature, max_turns, retries, idle_timeout_ms } = config;
  const baseUrl = config.base_url ?? variable("OPENAI_BASE_URL", environment);
  if (!URL.canParse(baseUrl)) throw new Error(`the model's base URL "${baseUrl}" is no URL`);
  const secrets = new Secrets(environment);
  const keyName = config.api_key_env ?? "OPENAI_API_KEY";
  const executor = openAiExecutor({
    baseUrl,
    model: config.model ?? variable("OPENAI_MODEL", environment),
    apiKey: environment[keyName] ? secrets.readSecret({ env: keyName }, "executor/api_key_env") : undefined,
    ...(system_prompt === undefined ? {} : { systemPrompt: system_prompt }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_turns === undefined ? {} : { maxTurns: max_turns }),
    ...(retries === undefined ? {} : { retries }),
    ...(idle_timeout_ms === undefined ? {} : { idleTimeoutMs: idle_timeout_ms }),
  });
  return discreet(executor, secrets);
}

function variable(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value) return value;
  throw new Error(`the environment variable ${name} is not set, and the executor needs it`);
}
