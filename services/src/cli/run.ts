import { setTimeout as pause } from "node:timers/promises";
import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import { ApiError } from "@agentwire/kit/client";
import type { RuntimeInstance } from "@agentwire/models/daemon";
import type { RunEvent, RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import pc from "picocolors";
import { loopbackOnly } from "../daemon/endpoint.js";
import { exitCodes, type Host } from "./host.js";
import { printable } from "./logger.js";
import { clientOptions, jsonObject, printJson, type RemoteOptions, say, withService } from "./remote.js";

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
    const { status, runtime, daemon } = throughDaemon ? await submit(request, options) : await create(request, options);
    if (!options.follow) {
      if (options.json) printJson(status);
      else process.stdout.write(`${status.run_id} is ${status.state}\n`);
      return exitCodes.ok;
    }
    const isThere = daemon === undefined || (await untilHandedOver(daemon, runtime, status));
    return await follow(isThere ? runtime : undefined, daemon ?? runtime, status, options.json ?? false);
  });
}

interface Started {
  readonly status: RunStatus;
  /** Where its events are. */
  readonly runtime: RuntimeClient;
  /** Which has the run handed over, where it goes through one. */
  readonly daemon?: DaemonClient;
}

/** Milliseconds between two looks whether the runtime has the run. */
const HAND_OVER_MS = 50;

async function create(request: RunRequest, options: RunOptions): Promise<Started> {
  const runtime = new RuntimeClient(clientOptions("runtime", options));
  return { status: await runtime.createRun({ body: request }), runtime };
}

async function submit(request: RunRequest, options: RunOptions): Promise<Started> {
  const daemon = new DaemonClient(clientOptions("daemon", { ...options, url: options.daemon }));
  const status = await submitTo(daemon, request, options.profile);
  const { instances } = await daemon.listInstances();
  const instance = instances.find(({ instance_id }) => instance_id === status.runtime_instance_id);
  return { status, daemon, runtime: new RuntimeClient(clientOptions("runtime", runtimeOf(instance, options))) };
}

/** A daemon answers before the runtime has the run. False when the run has ended without ever getting there. */
async function untilHandedOver(daemon: DaemonClient, runtime: RuntimeClient, { run_id }: RunStatus): Promise<boolean> {
  const path = { run_id };
  for (;;) {
    const { ended_at } = await daemon.getRunStatus({ path });
    try {
      await runtime.getRunStatus({ path });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    if (ended_at !== undefined) return false;
    await pause(HAND_OVER_MS);
  }
}

/** Gives the run to an instance of the profile, which is started where there is none. */
async function submitTo(daemon: DaemonClient, request: RunRequest, profile: string | undefined): Promise<RunStatus> {
  if (profile === undefined) return await daemon.submitRun({ body: request });
  const body = { ...request, runtime_selector: { runtime_profile: profile } };
  try {
    return await daemon.submitRun({ body });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "instances.not_found") throw error;
  }
  await daemon.createInstances({ body: { runtime_profile: profile } });
  return await daemon.submitRun({ body });
}

/**
 * Where the run's events are: at an address that `--url` names, else where the daemon says. The token goes on only to
 * what the user has named, or the daemon has started itself on its own host: others can make any address known to it.
 */
function runtimeOf(instance: RuntimeInstance | undefined, { url, daemon, token }: RunOptions): RemoteOptions {
  if (url !== undefined) return { url, token };
  if (!instance) return { token: "" };
  const { runtime_api_endpoint: endpoint, managed } = instance;
  const own = new URL(String(clientOptions("daemon", { url: daemon }).baseUrl));
  const at = new URL(endpoint);
  const isItsOwn = managed === true && (at.hostname === own.hostname || (loopbackOnly(at) && loopbackOnly(own)));
  if (at.origin === own.origin || isItsOwn) return { url: endpoint, token };
  if (clientOptions("daemon", { token }).auth) {
    say(`the token is not sent to the runtime at ${at.origin}`, "name it with --url, if it may have the token");
  }
  return { url: endpoint, token: "" };
}

/** @param runtime undefined for a run that no runtime has, and so has no events */
async function follow(
  runtime: RuntimeClient | undefined,
  keeper: RuntimeClient | DaemonClient,
  { run_id }: RunStatus,
  json: boolean,
): Promise<number> {
  const path = { run_id };
  const screen = new Screen();
  if (runtime) {
    for await (const event of runtime.streamRunEvents({ path })) {
      if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
      else screen.show(event);
    }
  }
  const result = await (runtime ?? keeper).getRunResult({ path });
  if (!json) screen.end(result);
  return result.ok ? exitCodes.ok : exitCodes.failed;
}

/** Shows events: one line each, and the words of the answer one after the other. */
class Screen {
  #inText = false;

  show({ type, data = {} }: RunEvent): void {
    const { text, name, tool_id, args, arguments: raw, result, error, ok } = data;
    if (type === "token") {
      process.stdout.write(printable(String(text)));
      this.#inText = true;
    } else if (type === "step") this.#line(pc.cyan(`· ${plain(name ?? "step")}`));
    else if (type === "tool_call")
      this.#line(`${pc.magenta(`→ ${plain(tool_id)}`)} ${pc.dim(plain(args ?? raw ?? {}))}`);
    else if (type === "tool_result")
      this.#line(`${ok === false ? pc.red("←") : pc.green("←")} ${pc.dim(plain(result ?? error ?? {}))}`);
  }

  end({ ok, error, output = {}, usage }: RunResult): void {
    if (!this.#inText && ok) this.#line(plain(output["answer"] ?? output["text"] ?? output));
    this.#line(ok ? pc.green("succeeded") : `${pc.red("failed")} ${plain(`${error?.code}: ${error?.message}`)}`);
    if (usage)
      this.#line(
        pc.dim(
          plain(
            Object.entries(usage)
              .map(([name, value]) => `${name} ${value}`)
              .join(", "),
          ),
        ),
      );
  }

  #line(text: string): void {
    process.stdout.write(`${this.#inText ? "\n" : ""}${text}\n`);
    this.#inText = false;
  }
}

/** What strangers sent, as text that is safe for a terminal. */
function plain(value: unknown): string {
  return printable(typeof value === "string" ? value : JSON.stringify(value));
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
