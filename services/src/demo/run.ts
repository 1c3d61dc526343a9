import { setTimeout as wait } from "node:timers/promises";
import { RuntimeClient } from "@agentwire/client/runtime";
import type { TraceResponse } from "@agentwire/models/daemon";
import type { RunEvent, RunStatus } from "@agentwire/models/runtime";
import type { Clients } from "./clients.js";
import { DemoFailure, type Narrator } from "./narrator.js";

/** The run that was shown, for the steps after it. */
export interface ShownRun {
  readonly runId: string;
  /** The runtime it landed on. */
  readonly runtimeUrl: string;
  readonly answer: string;
}

const PATIENCE_MS = 10_000;
const POLL_MS = 25;

/** Has the daemon start a runtime and gives it a run; follows the run where it works, as SSE and as NDJSON. */
export async function showRun(tell: Narrator, { daemon }: Clients, goal: string): Promise<ShownRun> {
  const profile = { runtime_profile: "demo" };
  await daemon.upsertRuntimeProfile({ path: profile, body: { description: "A runtime for this demonstration." } });
  const { instances } = await daemon.createInstances({ body: profile });
  const instance = instances[0];
  tell.check(instance?.state === "ready", `the daemon started ${instance?.instance_id} from the profile "demo"`);
  tell.fact("goal", goal);
  const submitted = await daemon.submitRun({ body: { input: { goal }, runtime_selector: profile } });
  const path = { run_id: submitted.run_id };
  tell.fact("run", `${submitted.run_id} is ${submitted.state} on ${submitted.runtime_instance_id}`);

  // The daemon answers before the runtime has the run.
  await until(
    () => daemon.getRunStatus({ path }),
    ({ state }) => state !== "queued",
  );
  const runtime = new RuntimeClient({ baseUrl: instance.runtime_api_endpoint });
  const events = await collect(runtime.streamRunEvents({ path }), (event) => show(tell, event));
  tell.check(contiguous(events), `${events.length} events came as SSE, numbered without a gap, the last one "final"`);
  const lines = await collect(runtime.streamRunEvents({ path }, { accept: "application/x-ndjson" }));
  tell.check(lines.length === events.length, "NDJSON brings the same events");
  const rest = await collect(runtime.streamRunEvents({ path }, { after: "1" }));
  tell.check(rest[0]?.seq === 2, "a client that has seen event 1 goes on with event 2");

  await until(
    () => daemon.getRunStatus({ path }),
    ({ ended_at }) => ended_at !== undefined,
  );
  const result = await daemon.getRunResult({ path });
  tell.check(result.ok, "the daemon has the result, and the run succeeded");
  const answer = String(result.output?.["answer"]);
  tell.fact("answer", answer);
  tell.fact("usage", JSON.stringify(result.usage));
  const trace = await daemon.getRunTrace({ path });
  // Beside what the runtime told, it has what the daemon itself did.
  const kept = trace.events?.filter(({ type }) => !type.startsWith("run."));
  tell.check(kept?.length === events.length, `the daemon keeps the trace: ${summary(trace)}`);
  return { runId: path.run_id, runtimeUrl: instance.runtime_api_endpoint, answer };
}

async function until(ask: () => PromiseLike<RunStatus>, enough: (status: RunStatus) => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!enough(await ask())) {
    if (Date.now() > deadline) throw new DemoFailure(`the run made no progress within ${PATIENCE_MS} ms`);
    await wait(POLL_MS);
  }
}

async function collect(stream: AsyncIterable<RunEvent>, each?: (event: RunEvent) => void): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of stream) {
    each?.(event);
    events.push(event);
  }
  return events;
}

function contiguous(events: readonly RunEvent[]): boolean {
  return events.every(({ seq }, index) => seq === index) && events.at(-1)?.type === "final";
}

/** One line an event; the tokens are the answer, which is shown as a whole. */
function show(tell: Narrator, { seq, type, data = {} }: RunEvent): void {
  if (type === "token") return;
  const { name, tool_id, args, result, error, state } = data;
  const told = {
    step: name,
    tool_call: `${tool_id} ${JSON.stringify(args)}`,
    tool_result: JSON.stringify(result ?? error),
  };
  tell.fact(`  ${seq} ${type}`, String(told[type as keyof typeof told] ?? state));
}

function summary({ events = [] }: TraceResponse): string {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(", ");
}
