import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { DaemonService } from "../../../services/src/daemon/service.js";
import { type Executor, RunFailure } from "../../../services/src/runtime/executor.js";
import { RuntimeService } from "../../../services/src/runtime/service.js";
import { ToolRegistryService } from "../../../services/src/tool-registry/service.js";
import { type Answer, ask, askJson } from "../raw.js";
import { eventually, listen } from "../support.js";
import { expectJson } from "./schemas.js";

export const EXTERNAL = "external";

/** The three services on sockets, each known to the one that uses it. */
export interface World {
  readonly registry: string;
  readonly runtime: string;
  readonly daemon: string;
}

/** Starts them until the test is over; the daemon knows the runtime by the name `external`, and has the profile `plain`. */
export async function startWorld(executor?: Executor): Promise<World> {
  const registry = await listen(new ToolRegistryService());
  const runtime = await startRuntime(executor, registry);
  const daemon = await listen(new DaemonService());
  await askJson(daemon, "/v1/admin/runtime-profiles/plain", { description: "Of a test." }, { method: "PUT" });
  const body = { runtime_api_endpoint: runtime, runtime_name: EXTERNAL };
  expectJson(await askJson(daemon, "/v1/instances:register", body), 200, "daemon/instance-register-response");
  return { registry, runtime, daemon };
}

/** A runtime on a socket, with the tools of a registry where one is given. */
export async function startRuntime(executor?: Executor, registry?: string): Promise<string> {
  const toolRegistry = registry === undefined ? undefined : new ToolRegistryClient({ baseUrl: registry });
  return await listen(new RuntimeService({ toolRegistry, ...(executor ? { executor } : {}) }));
}

/** Works until it is stopped. */
export const endless: Executor = async function* (_, { signal }) {
  yield { type: "step", data: { name: "begin" } };
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return {};
};

/** The status of a run when it has reached this state, or has ended where none is given. */
export function reached(url: string, runId: string, state?: string): Promise<Answer> {
  const wanted = ({ json }: Answer) => (state === undefined ? json.ended_at !== undefined : json.state === state);
  return eventually(() => ask(url, `/v1/runs/${runId}`), wanted);
}

/** Ends as its goal says: `fail`, `cancel` or anything else. */
export const obedient: Executor = async function* ({ goal }) {
  yield { type: "step", data: { name: "begin" } };
  if (goal === "fail") throw new RunFailure("flow.failed", "As told.");
  if (goal === "cancel") throw new RunFailure("canceled", "As told.", { state: "canceled" });
  return { done: true };
};

/** The status and the result of a run at its end. */
export async function finished(url: string, runId: string) {
  const status = await reached(url, runId);
  const result = await eventually(
    () => ask(url, `/v1/runs/${runId}/result`),
    (answer) => answer.status === 200,
  );
  expectJson(status, 200, "runtime/run-status");
  expectJson(result, 200, "runtime/run-result");
  return { status: status.json, result: result.json };
}

/** Cancels a run, as those do who send no body. */
export function cancel(url: string, runId: string): Promise<Answer> {
  return ask(url, `/v1/runs/${runId}:cancel`, { method: "POST" });
}
