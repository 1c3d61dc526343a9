import { RuntimeClient } from "@agentwire/client/runtime";
import { equal } from "@agentwire/kit";
import { Problem } from "@agentwire/kit/server";
import type { RunListResponse, TraceResponse } from "@agentwire/models/daemon";
import type { RunRequest, RunResult, RunStatus } from "@agentwire/models/runtime";
import { runIdOf } from "../shared/run-id.js";
import { type AllowEndpoint, endpointOf } from "./endpoint.js";
import { fetchResult, follow } from "./follow.js";
import type { Instance } from "./instance.js";
import type { Instances } from "./instances.js";
import { PageTokens, pageSizeOf } from "./pages.js";
import { route } from "./routing.js";
import type { RunRecord, RunRecordStore, Target } from "./run-record.js";
import { traceOf } from "./trace.js";
import { UpstreamProblem } from "./upstream.js";

/** The runs that the Daemon has handed to runtimes. */
export class DaemonRuns {
  readonly #closing = new AbortController();
  readonly #following = new Set<Promise<void>>();
  readonly #tokens = new PageTokens();
  #last = 0;

  constructor(
    private readonly store: RunRecordStore,
    private readonly instances: Instances,
    private readonly allowEndpoint: AllowEndpoint,
  ) {}

  /**
   * Takes a run and answers at once; it is handed over afterwards.
   * @throws Problem `invalid_request`, `conflict`, `not_found`, `forbidden`
   */
  async submit(request: RunRequest): Promise<RunStatus> {
    const id = runIdOf(request.run_id);
    const known = this.#known(id, request);
    if (known) return known.status;
    const { runtime_selector: selector = {} } = request;
    if (selector.runtime_api_endpoint === undefined) await this.instances.refresh();
    // Looking at instances takes time, in which the same request may have come again.
    const twin = this.#known(id, request);
    if (twin) return twin.status;
    const target = this.#target(selector);
    const instance = target.instanceId === undefined ? {} : { runtime_instance_id: target.instanceId };
    this.#last += 1;
    const record: RunRecord = {
      id,
      position: this.#last,
      request,
      target,
      status: { run_id: id, state: "queued", ...instance },
      events: [],
    };
    this.store.add(record);
    this.#follow(record);
    return record.status;
  }

  list(query: { readonly page_size?: number; readonly page_token?: string } = {}): RunListResponse {
    const page_size = pageSizeOf(query.page_size);
    const after = query.page_token === undefined ? 0 : this.#tokens.read(query.page_token);
    const found = this.store.after(after, page_size + 1);
    const page = found.slice(0, page_size);
    const last = page.at(-1);
    const more = found.length > page.length && last ? { next_page_token: this.#tokens.issue(last.position) } : {};
    return { runs: page.map(({ status }) => status), pagination: { page_size, ...more } };
  }

  /** @throws Problem `not_found` */
  status(id: string): RunStatus {
    return this.#get(id).status;
  }

  /** @throws Problem `not_found`, `conflict` before the end, 502 or 504 when the runtime cannot be asked */
  async result(id: string): Promise<RunResult> {
    const record = this.#get(id);
    if (record.result) return record.result;
    if (record.status.ended_at === undefined) {
      throw new Problem("conflict", `The run "${id}" has not ended yet.`, { retryable: true });
    }
    try {
      const result = await fetchResult(record);
      record.result = result;
      return result;
    } catch (error) {
      throw new UpstreamProblem("The runtime cannot be asked for the result.", error);
    }
  }

  /** @throws Problem `not_found` */
  trace(id: string): TraceResponse {
    return traceOf(this.#get(id).events);
  }

  /** Stops following; what has not ended is lost. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the daemon is shutting down"));
    await Promise.all(this.#following);
  }

  #follow(record: RunRecord): void {
    const done = record.target.take();
    const following = follow(record, this.#closing.signal).finally(() => {
      done();
      this.#following.delete(following);
    });
    this.#following.add(following);
  }

  #known(id: string, request: RunRequest): RunRecord | undefined {
    const known = this.store.find(id);
    if (!known || equal(known.request, request)) return known;
    throw new Problem("conflict", `The run "${id}" exists, with another request.`);
  }

  #get(id: string): RunRecord {
    const record = this.store.find(id);
    if (!record) throw new Problem("not_found", `There is no run "${id}".`);
    return record;
  }

  #target(selector: NonNullable<RunRequest["runtime_selector"]>): Target {
    const { runtime_api_endpoint: endpoint, ...others } = selector;
    if (endpoint === undefined) return targetOf(route(others, this.instances.list()));
    if (Object.keys(others).length > 0) {
      throw new Problem("invalid_request", "runtime_api_endpoint cannot be combined with other members.");
    }
    const client = new RuntimeClient({ baseUrl: endpointOf(endpoint, this.allowEndpoint) });
    const never = new AbortController().signal;
    return { client, instanceId: undefined, gone: never, take: () => () => undefined };
  }
}

function targetOf(instance: Instance): Target {
  return {
    client: instance.client,
    instanceId: instance.id,
    gone: instance.gone.signal,
    take: () => {
      instance.load += 1;
      return () => {
        instance.load -= 1;
      };
    },
  };
}
