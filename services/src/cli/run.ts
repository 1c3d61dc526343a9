import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import pc from "picocolors";
import { exitCodes, type Host } from "./host.js";
import { printable } from "./logger.js";
import { clientOptions, jsonObject, printJson, type RemoteOptions, withService } from "./remote.js";

export interface RunOptions extends RemoteOptions {
  readonly follow?: boolean;
  readonly tool?: readonly string[];
  readonly context?: string;
  readonly runId?: string;
  readonly timeout?: string;
  readonly profile?: string;
  readonly daemon?: string;
}

/** `agentwire run`. With `--follow` the exit code says whether the run succeeded. */
export async function run(goal: string, options: RunOptions, host: Host): Promise<number> {
  const request = requestOf(goal, options, host);
  const throughDaemon = options.profile !== undefined || options.daemon !== undefined;
  const service = throughDaemon ? "daemon" : "runtime";
  const url = throughDaemon ? options.daemon : options.url;
  return await withService(service, url, async () => {
    const { status, runtime } = throughDaemon ? await submit(request, options) : await create(request, options);
    if (!options.follow) {
      if (options.json) printJson(status);
      else process.stdout.write(`${status.run_id} is ${status.state}\n`);
      return exitCodes.ok;
    }
    return await follow(runtime, status, options.json ?? false);
  });
}

interface Started {
  readonly status: RunStatus;
  /** Where its events are. */
  readonly runtime: RuntimeClient;
}

async function create(request: RunRequest, options: RunOptions): Promise<Started> {
  const runtime = new RuntimeClient(clientOptions("runtime", options));
  return { status: await runtime.createRun({ body: request }), runtime };
}

async function submit(request: RunRequest, options: RunOptions): Promise<Started> {
  const daemon = new DaemonClient(clientOptions("daemon", { ...options, url: options.daemon }));
  const selector = options.profile === undefined ? {} : { runtime_selector: { runtime_profile: options.profile } };
  const status = await daemon.submitRun({ body: { ...request, ...selector } });
  const { instances } = await daemon.listInstances();
  const instance = instances.find(({ instance_id }) => instance_id === status.runtime_instance_id);
  return {
    status,
    runtime: new RuntimeClient(clientOptions("runtime", { ...options, url: instance?.runtime_api_endpoint })),
  };
}

async function follow(runtime: RuntimeClient, { run_id }: RunStatus, json: boolean): Promise<number> {
  const path = { run_id };
  const screen = new Screen();
  for await (const event of runtime.streamRunEvents({ path })) {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else screen.show(event);
  }
  const result = await runtime.getRunResult({ path });
  if (!json) screen.end(result);
  return result.ok ? exitCodes.ok : exitCodes.failed;
}

/** Shows events: one line each, and the words of the answer one after the other. */
class Screen {
  #inText = false;

  show({ type, data = {} }: RunEvent): void {
    if (type === "token") {
      process.stdout.write(printable(String(data["text"])));
      this.#inText = true;
      return;
    }
    const { name, tool_id, args, arguments: raw, result, error, ok } = data;
    const told = {
      step: pc.cyan(`· ${name ?? "step"}`),
      tool_call: `${pc.magenta(`→ ${tool_id}`)} ${pc.dim(JSON.stringify(args ?? raw ?? {}))}`,
      tool_result: `${ok === false ? pc.red("← ") : pc.green("← ")}${pc.dim(JSON.stringify(result ?? error ?? {}))}`,
    }[type as string];
    if (told !== undefined) this.#line(told);
  }

  end({ ok, error, output, usage }: RunResult): void {
    const said = output?.["answer"] ?? output?.["text"];
    if (!this.#inText && said === undefined && output) this.#line(JSON.stringify(output));
    else if (!this.#inText && said !== undefined) this.#line(String(said));
    this.#line(ok ? pc.green("succeeded") : `${pc.red("failed")} ${error?.code}: ${error?.message}`);
    if (usage)
      this.#line(
        pc.dim(
          Object.entries(usage)
            .map(([name, value]) => `${name} ${value}`)
            .join(", "),
        ),
      );
  }

  #line(text: string): void {
    process.stdout.write(`${this.#inText ? "\n" : ""}${colourful(text)}\n`);
    this.#inText = false;
  }
}

/** Keeps the colours, which are ours, and nothing else that steers a terminal. */
function colourful(text: string): string {
  return text
    .split(/(\u001b\[\d+m)/)
    .map((part) => (/^\u001b\[\d+m$/.test(part) ? part : printable(part)))
    .join("");
}

function requestOf(goal: string, options: RunOptions, host: Host): RunRequest {
  const { tool, context, runId, timeout } = options;
  if (goal.trim() === "") throw host.usageError("the goal must not be empty");
  if (timeout !== undefined && !/^\d{1,9}$/.test(timeout))
    throw host.usageError(`--timeout takes milliseconds, not "${timeout}"`);
  return {
    input: { goal, ...(context === undefined ? {} : { context: jsonObject(context, "--context", host.usageError) }) },
    ...(runId === undefined ? {} : { run_id: runId }),
    ...(tool === undefined ? {} : { tool_policy: { allow_tool_ids: [...tool] } }),
    ...(timeout === undefined ? {} : { limits: { timeout_ms: Number(timeout) } }),
  };
}
