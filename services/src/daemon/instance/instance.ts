import { RuntimeClient } from "@agentwire/client/runtime";
import { bearer } from "@agentwire/kit/client";
import type { InstanceState, RuntimeInstance } from "@agentwire/models/daemon";
import { raced, sleep } from "../../shared/signals.js";
import type { InstanceLimits } from "./limits.js";
import type { InstanceFacts } from "./record.js";
import type { Change, Endpoint, Supervisor } from "./supervisor.js";

const PROBE_TIMEOUT_MS = 2000;
const READY_POLL_MS = 25;

/** A runtime that the Daemon knows: how to reach it, how it is, and how much it has to do. */
export class Instance {
  /** Set for an instance that the Daemon starts and stops. */
  supervisor: Supervisor | undefined;
  /** Aborts when it is stopped for good, or given up. */
  readonly gone = new AbortController();
  readonly #runs = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #state: "starting" | "ready" | "stopping" | "error" = "starting";
  #version: string | undefined;
  #reason: string | undefined;
  #restarts = -1;
  #client: RuntimeClient;

  constructor(
    readonly facts: InstanceFacts,
    private endpoint: Endpoint,
    private readonly limits: Pick<InstanceLimits, "maxRunsPerInstance" | "runtimeTimeoutMs">,
  ) {
    this.#client = clientOf(endpoint, this.limits.runtimeTimeoutMs);
  }

  get id(): string {
    return this.facts.instance_id;
  }

  get managed(): boolean {
    return this.facts.managed;
  }

  get url(): string {
    return this.endpoint.url;
  }

  /** Where it answers now; a restart may change it. */
  get client(): RuntimeClient {
    return this.#client;
  }

  /** How often its process has been started again. */
  get restarts(): number {
    return Math.max(0, this.#restarts);
  }

  /** Runs that the Daemon has sent it and that have not ended. */
  get load(): number {
    return this.#runs.size;
  }

  /** `busy` means that it has as many runs as it may have. */
  get state(): InstanceState {
    return this.#state === "ready" && this.load >= this.limits.maxRunsPerInstance ? "busy" : this.#state;
  }

  view(): RuntimeInstance {
    const version = this.#version === undefined ? {} : { runtime_version: this.#version };
    const extensions = { ...this.facts.extensions, ...this.#told() };
    return {
      ...this.facts,
      state: this.state,
      runtime_api_endpoint: this.url,
      ...version,
      ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    };
  }

  /** Counts a run in until it is settled. */
  take(run: Promise<void>): void {
    this.#runs.add(run);
    void run.finally(() => this.#runs.delete(run));
  }

  /** Resolves when it has no run, or after a time. */
  async idle(timeoutMs: number): Promise<void> {
    await raced(Promise.all(this.#runs), AbortSignal.timeout(timeoutMs)).catch(() => undefined);
  }

  /** Resolves when it can be asked. @throws what aborted the signal, or why the instance is gone */
  async untilReady(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.gone.signal]);
    while (!either.aborted && this.managed && this.#state !== "ready" && this.#state !== "stopping") {
      await raced(new Promise<void>((resolve) => this.#waiting.add(resolve)), either);
    }
    either.throwIfAborted();
  }

  /** Asks an external runtime how it is: one that does not answer is in `error` until it does. Never rejects. */
  async probe(): Promise<void> {
    if (this.managed) return;
    try {
      await this.look(this.gone.signal);
      this.#settle("ready");
    } catch {
      this.#settle("error", "it does not answer");
    }
  }

  /** Resolves when the runtime says that it works. @throws what aborted the signal */
  async answers(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.look(signal);
      } catch {
        await sleep(READY_POLL_MS, signal);
      }
    }
  }

  /** Asks it once how it is. @throws what is wrong with it */
  async look(signal: AbortSignal): Promise<void> {
    const patience = { timeoutMs: PROBE_TIMEOUT_MS, retries: 0, signal };
    const [health, version] = await Promise.all([this.client.health({}, patience), this.client.version({}, patience)]);
    if (health.status === "down") throw new Error("it says that it is down");
    this.#version = version.service_version;
  }

  /** What its process went through. */
  changed(change: Change): void {
    if (this.#state === "stopping") return;
    if (change.state === "starting") {
      this.#reachAt(change.endpoint);
      this.#restarts += 1;
    }
    this.#settle(change.state, change.state === "error" ? change.reason : undefined);
    if (change.state === "error" && change.final) {
      this.gone.abort(new Error(`the instance ${this.id} was given up: ${change.reason}`));
    }
  }

  /** Takes no more runs from now on. */
  retire(): void {
    this.#settle("stopping");
  }

  #reachAt(endpoint: Endpoint): void {
    if (endpoint.url === this.endpoint.url && endpoint.token === this.endpoint.token) return;
    this.endpoint = endpoint;
    this.#client = clientOf(endpoint, this.limits.runtimeTimeoutMs);
  }

  #settle(state: "starting" | "ready" | "stopping" | "error", reason?: string): void {
    if (this.#state === "stopping") return;
    this.#state = state;
    this.#reason = reason;
    for (const resume of [...this.#waiting]) {
      this.#waiting.delete(resume);
      resume();
    }
  }

  /** What operators want to know and the contract has no member for. */
  #told(): Record<string, unknown> {
    return {
      ...(this.#reason === undefined ? {} : { "agentwire.reason": this.#reason }),
      ...(this.restarts > 0 ? { "agentwire.restarts": this.restarts } : {}),
    };
  }
}

/** A client of a runtime, with the token that it wants, if any. */
export function clientOf({ url, token }: Endpoint, timeoutMs: number): RuntimeClient {
  return new RuntimeClient({ baseUrl: url, timeoutMs, ...(token === undefined ? {} : { auth: bearer(token) }) });
}
