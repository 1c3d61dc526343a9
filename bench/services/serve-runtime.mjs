/** A runtime in a process of its own: on a file, or the base alone, which answers from memory and keeps nothing. */
import { RuntimeServer } from "@agentwire/server/runtime";
import { RuntimeService } from "../../services/dist/runtime/service.js";
import { openSqlite } from "../../services/dist/storage/sqlite/storage.js";

const [kind, path, settings = "{}"] = process.argv.slice(2);
const { gather, maxConcurrentRuns = 1000, idle = false } = JSON.parse(settings);

/** A base with the least behind it. */
class Empty extends RuntimeServer {
  #count = 0;
  createRun() {
    this.#count += 1;
    return { run_id: `run_${this.#count}`, state: "queued" };
  }
  getRunStatus() {
    return { run_id: "x", state: "queued" };
  }
  getRunResult() {
    return { run_id: "x", ok: true };
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** `{count, every}`: so many events, `every` milliseconds apart, or as fast as they can be kept; begun by a message. */
async function* executor({ context = {} }) {
  const { count = 0, every = 0, wait = false } = context;
  if (idle) await new Promise(() => undefined);
  if (wait) await new Promise((resolve) => process.once("message", resolve));
  for (let index = 0; index < count; index += 1) {
    yield { type: "step", data: { at: performance.timeOrigin + performance.now(), filler: context.filler ?? "" } };
    if (every > 0) await pause(every);
    else await turn();
  }
  return {};
}

const options = gather === undefined ? {} : { streams: { gather } };
const server =
  kind === "empty"
    ? new Empty(options)
    : new RuntimeService({
        ...options,
        executor,
        storage: await openSqlite(path),
        maxConcurrentRuns,
        maxQueuedRuns: 1e7,
      });
const { port } = await server.listen({ signals: false });
process.send({ port });
