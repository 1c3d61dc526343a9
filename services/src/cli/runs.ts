import { DaemonClient } from "@agentwire/client/daemon";
import { RuntimeClient } from "@agentwire/client/runtime";
import type { RunStatus } from "@agentwire/models/runtime";
import { exitCodes, type Host } from "./host.js";
import { printable } from "./logger.js";
import { clientOptions, printJson, type RemoteOptions, table, withService } from "./remote.js";

export interface RunsOptions extends RemoteOptions {
  readonly limit?: string;
  readonly trace?: boolean;
  readonly runtime?: string;
}

/** `agentwire runs`. */
export async function runs(id: string | undefined, options: RunsOptions, host: Host): Promise<number> {
  if (id === undefined && options.runtime !== undefined)
    throw host.usageError("--runtime needs the id of a run: a runtime lists none");
  const service = options.runtime === undefined ? "daemon" : "runtime";
  return await withService(service, options.runtime ?? options.url, async () => {
    if (id !== undefined) await inspect(id, options);
    else await list(limitOf(options.limit, host), options);
    return exitCodes.ok;
  });
}

async function list(limit: number, options: RunsOptions): Promise<void> {
  const daemon = new DaemonClient(clientOptions("daemon", options));
  const { runs: found, pagination } = await daemon.listRuns({ query: { page_size: limit } });
  if (options.json) return printJson(found);
  const time = (text: string | undefined) => text?.replace("T", " ").replace(/\..*/, "") ?? "";
  const row = ({ run_id, state, started_at, ended_at, runtime_instance_id }: RunStatus) => [
    run_id,
    state,
    time(started_at),
    time(ended_at),
    runtime_instance_id ?? "",
  ];
  process.stdout.write(table(["run", "state", "started", "ended", "instance"], found.map(row)));
  if (pagination?.next_page_token !== undefined) process.stdout.write("there are more: --limit shows them\n");
}

async function inspect(id: string, options: RunsOptions): Promise<void> {
  const path = { run_id: id };
  const client =
    options.runtime === undefined
      ? new DaemonClient(clientOptions("daemon", options))
      : new RuntimeClient(clientOptions("runtime", { ...options, url: options.runtime }));
  if (options.trace && client instanceof DaemonClient) {
    const { events = [] } = await client.getRunTrace({ path });
    if (options.json) return printJson(events);
    const row = ({ seq, time, level, type, data }: (typeof events)[number]) => [
      String(seq),
      time,
      level,
      type,
      JSON.stringify(data ?? {}).slice(0, 100),
    ];
    process.stdout.write(table(["seq", "time", "level", "type", "data"], events.map(row)));
    return;
  }
  const status = await client.getRunStatus({ path });
  const ended = status.ended_at !== undefined;
  const shown = { ...status, ...(ended ? { result: await client.getRunResult({ path }) } : {}) };
  if (options.json) printJson(shown);
  else process.stdout.write(`${printable(JSON.stringify(shown, null, 2))}\n`);
}

function limitOf(text: string | undefined, host: Host): number {
  const limit = Number(text ?? 50);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw host.usageError(`--limit takes a number from 1 to 1000, not "${text}"`);
}
