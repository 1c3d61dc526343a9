import { RuntimeClient } from "@agentwire/client/runtime";
import type { InstanceRegisterRequest, InstanceState, RuntimeInstance } from "@agentwire/models/daemon";
import { sleep } from "../shared/signals.js";
import type { LaunchedRuntime } from "./launcher.js";

const PROBE_TIMEOUT_MS = 2000;
const READY_POLL_MS = 50;
const LAST_WORDS_MS = 1000;

/** What an instance is besides its address. */
export type InstanceFacts = Omit<RuntimeInstance, "state" | "runtime_api_endpoint" | "runtime_version">;

/** A runtime that the Daemon knows: how to reach it, how it is, and how much it has to do. */
export class Instance {
  readonly client: RuntimeClient;
  /** Aborts when the Daemon has stopped this instance. */
  readonly gone = new AbortController();
  /** Runs that the Daemon has sent it and that have not ended. */
  load = 0;
  #state: "starting" | "ready" | "stopping" | "error" = "starting";
  #version: string | undefined;

  constructor(
    readonly facts: InstanceFacts,
    readonly url: string,
    private readonly capacity: number,
    private readonly launched?: LaunchedRuntime,
  ) {
    this.client = new RuntimeClient({ baseUrl: url });
  }

  get id(): string {
    return this.facts.instance_id;
  }

  get managed(): boolean {
    return this.launched !== undefined;
  }

  /** `busy` means that it has as many runs as it may have. */
  get state(): InstanceState {
    return this.#state === "ready" && this.load >= this.capacity ? "busy" : this.#state;
  }

  view(): RuntimeInstance {
    const version = this.#version === undefined ? {} : { runtime_version: this.#version };
    return { ...this.facts, state: this.state, runtime_api_endpoint: this.url, ...version };
  }

  /** Asks the runtime how it is. Never rejects. */
  async probe(): Promise<void> {
    if (this.#state === "stopping") return;
    const patience = { timeoutMs: PROBE_TIMEOUT_MS, retries: 0, signal: this.gone.signal };
    try {
      const [health, version] = await Promise.all([
        this.client.health({}, patience),
        this.client.version({}, patience),
      ]);
      this.#version = version.service_version;
      this.#settle(health.status === "down" ? "error" : "ready");
    } catch {
      this.#settle("error");
    }
  }

  /** Waits until the runtime says that it works. @throws Error when it does not in time */
  async ready(timeoutMs: number): Promise<void> {
    const late = AbortSignal.timeout(timeoutMs);
    for (;;) {
      await this.probe();
      if (this.#state === "ready") return;
      if (late.aborted) throw new Error(`the runtime at ${this.url} was not ready within ${timeoutMs} ms`);
      await sleep(READY_POLL_MS, this.gone.signal);
    }
  }

  /** Stops it if the Daemon has started it. An external runtime is left alone, and its runs are followed to their end. */
  async stop(): Promise<void> {
    if (!this.launched) return;
    this.#state = "stopping";
    await this.launched.stop();
    // Not at once: whoever follows its runs may still be reading how they ended.
    const reason = new Error(`the instance ${this.id} was stopped`);
    setTimeout(() => this.gone.abort(reason), LAST_WORDS_MS).unref();
  }

  #settle(state: "ready" | "error"): void {
    if (this.#state !== "stopping") this.#state = state;
  }
}

/** What is known of a runtime that somebody registers. */
export function factsOf(instanceId: string, request: InstanceRegisterRequest): InstanceFacts {
  const { runtime_api_endpoint: _, ...rest } = request;
  return { instance_id: instanceId, managed: false, ...rest };
}
