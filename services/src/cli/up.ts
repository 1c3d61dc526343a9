import { once } from "node:events";
import pc from "picocolors";
import { pino } from "pino";
import type { StackConfig } from "../config/config.js";
import { DEFAULT_PORTS, type Ports, SERVICE_NAMES, type ServiceName } from "../config/names.js";
import { READINESS_PATH } from "../shared/readiness.js";
import { messageOf } from "../shared/signals.js";
import { type Stack, startStack } from "../stack.js";
import { readStackConfig } from "./configured.js";
import { exitCodes, type Host } from "./host.js";
import { personLogger } from "./logger.js";

export interface UpOptions {
  readonly config?: string;
  readonly data?: string;
  readonly portBase?: string;
  readonly json?: boolean;
}

/** `agentwire up`: runs until it is asked to end. */
export async function up(services: readonly string[], options: UpOptions, host: Host): Promise<number> {
  const { config: read, folder, file } = await readStackConfig(options.config, host);
  const config: StackConfig = {
    ...read,
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(services.length === 0 ? {} : { services: services.map((name) => serviceNamed(name, host)) }),
    ...(options.portBase === undefined ? {} : { ports: portsFrom(options.portBase, host) }),
  };
  // The folder of --data is one of the shell, that of the file one of the file.
  const surroundings = { folder: options.data === undefined ? folder : process.cwd() };
  const logger = options.json ? pino({ level: process.env["LOG_LEVEL"] ?? "info", name: "agentwire" }) : personLogger();
  const asked = askedToEnd();
  let stack: Stack;
  try {
    stack = await startStack(config, { ...surroundings, logger });
  } catch (error) {
    if (options.json) logger.error({ err: error }, "the stack cannot start");
    else process.stderr.write(`${pc.red("error")} ${messageOf(error)}\n`);
    return exitCodes.failed;
  }
  if (options.json)
    logger.info({ urls: stack.urls, data: stack.config.data, auth: stack.config.auth.mode }, "the stack is up");
  else process.stdout.write(bannerOf(stack, file));
  await asked;
  if (!options.json) process.stdout.write("\nStopping.\n");
  await stack.close();
  return exitCodes.ok;
}

function bannerOf({ config, urls, adminToken }: Stack, file: string | undefined): string {
  const line = (name: string, text: string) => `  ${pc.dim(name.padEnd(15))}${text}\n`;
  const { executor } = config.runtime ?? {};
  const model =
    executor?.kind === "openai-compatible" ? `, model ${executor.model ?? process.env["OPENAI_MODEL"]}` : "";
  const own = Object.entries(urls).map(([name, url]) => {
    const beside =
      name === "runtime"
        ? pc.dim(`  agent: ${executor?.kind}${model}`)
        : name === "tool-registry"
          ? pc.dim("  MCP at /mcp")
          : "";
    return line(name, `${url}${beside}`);
  });
  return [
    `\n${pc.bold("Agentwire is up")}\n\n`,
    ...own,
    line("ready", `200 or 503 at ${READINESS_PATH} of each`),
    "\n",
    line("data", config.data ?? "in memory: gone at the end (--data DIR keeps it)"),
    line("auth", config.auth.mode === "disabled" ? "disabled: anybody on this machine may call" : config.auth.mode),
    ...(file === undefined ? [] : [line("configuration", file)]),
    ...(adminToken === undefined ? [] : [line("admin token", `${adminToken} ${pc.dim("(session)")}`)]),
    `\n  ${pc.dim("Try")} agentwire run "What is 6 * 7?" --follow\n  Ctrl-C ends it.\n`,
  ].join("");
}

/** Resolves with the first signal; a second one ends the process at once. */
async function askedToEnd(): Promise<void> {
  const first = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => (first.signal.aborted ? process.exit(130) : first.abort()));
  }
  await once(first.signal, "abort");
}

function serviceNamed(name: string, host: Host): ServiceName {
  const found = SERVICE_NAMES.find((known) => known === name);
  if (found) return found;
  throw host.usageError(`there is no service "${name}": choose from ${SERVICE_NAMES.join(", ")}`);
}

function portsFrom(text: string, host: Host): Ports {
  const base = Number(text);
  if (!/^\d+$/.test(text) || base > 65_532)
    throw host.usageError(`--port-base must be a port up to 65532, not "${text}"`);
  const shift = ({ [0]: name, [1]: port }: [string, number]) => [
    name,
    base === 0 ? 0 : base + port - DEFAULT_PORTS.runtime,
  ];
  return Object.fromEntries(Object.entries(DEFAULT_PORTS).map(shift)) as unknown as Ports;
}
