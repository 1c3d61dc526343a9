import type { Health, ServerOptions } from "@agentwire/kit/server";
import type {
  CreateInstancesRequest,
  DeleteInstanceRequest,
  DeleteRuntimeProfileRequest,
  GetRunResultRequest,
  GetRunStatusRequest,
  GetRunTraceRequest,
  InstanceCreateResponse,
  InstanceListResponse,
  InstanceRegisterResponse,
  ListRunsRequest,
  RegisterInstanceRequest,
  RunListResponse,
  RuntimeProfile,
  RuntimeProfileListResponse,
  SubmitRunRequest,
  TraceResponse,
  UpsertRuntimeProfileRequest,
} from "@agentwire/models/daemon";
import type { RunResult, RunStatus } from "@agentwire/models/runtime";
import { DaemonServer } from "@agentwire/server/daemon";
import { VERSION } from "../shared/version.js";
import { type AllowEndpoint, loopbackOnly } from "./endpoint.js";
import { Instances } from "./instances.js";
import { InProcessLauncher, type RuntimeLauncher } from "./launcher.js";
import { MemoryProfileStore, type ProfileStore, Profiles } from "./profiles.js";
import { MemoryRunRecordStore, type RunRecordStore } from "./run-record.js";
import { DaemonRuns } from "./runs.js";

/** Settings of a daemon. */
export interface DaemonOptions extends ServerOptions {
  /** Starts managed instances. Default: in this process. */
  readonly launcher?: RuntimeLauncher;
  /** Which addresses that callers name it may connect to. Default: loopback only. */
  readonly allowEndpoint?: AllowEndpoint;
  /** Default 16. */
  readonly maxInstances?: number;
  /** Runs that one instance has at most before it counts as busy. Default 64. */
  readonly maxRunsPerInstance?: number;
  /** Milliseconds a managed instance has to become ready. Default 15 000. */
  readonly startTimeoutMs?: number;
  readonly profileStore?: ProfileStore;
  readonly runStore?: RunRecordStore;
}

/** The reference daemon. */
export class DaemonService extends DaemonServer {
  readonly #profiles: Profiles;
  readonly #instances: Instances;
  readonly #runs: DaemonRuns;

  constructor(options: DaemonOptions = {}) {
    super({ version: VERSION, ...options });
    const allowEndpoint = options.allowEndpoint ?? loopbackOnly;
    this.#profiles = new Profiles(options.profileStore ?? new MemoryProfileStore());
    this.#instances = new Instances({
      launcher: options.launcher ?? new InProcessLauncher(),
      allowEndpoint,
      maxInstances: options.maxInstances ?? 16,
      maxRunsPerInstance: options.maxRunsPerInstance ?? 64,
      startTimeoutMs: options.startTimeoutMs ?? 15_000,
    });
    this.#runs = new DaemonRuns(options.runStore ?? new MemoryRunRecordStore(), this.#instances, allowEndpoint);
  }

  override async listInstances(): Promise<InstanceListResponse> {
    await this.#instances.refresh();
    return { instances: this.#instances.list().map((instance) => instance.view()) };
  }

  override async createInstances({ body }: CreateInstancesRequest): Promise<InstanceCreateResponse> {
    const started = await this.#instances.create(this.#profiles.named(body.runtime_profile), body);
    return { instances: started.map((instance) => instance.view()) };
  }

  override async registerInstance({ body }: RegisterInstanceRequest): Promise<InstanceRegisterResponse> {
    const instance = await this.#instances.register(body);
    return { instance: instance.view() };
  }

  override async deleteInstance({ path }: DeleteInstanceRequest): Promise<void> {
    await this.#instances.delete(path.instance_id);
  }

  override listRuntimeProfiles(): RuntimeProfileListResponse {
    return { profiles: this.#profiles.list() };
  }

  override upsertRuntimeProfile({ path, body }: UpsertRuntimeProfileRequest): RuntimeProfile {
    return this.#profiles.upsert(path.runtime_profile, body);
  }

  override deleteRuntimeProfile({ path }: DeleteRuntimeProfileRequest): void {
    this.#profiles.delete(path.runtime_profile);
  }

  override submitRun({ body }: SubmitRunRequest): Promise<RunStatus> {
    return this.#runs.submit(body);
  }

  override listRuns({ query }: ListRunsRequest): RunListResponse {
    return this.#runs.list(query);
  }

  override getRunStatus({ path }: GetRunStatusRequest): RunStatus {
    return this.#runs.status(path.run_id);
  }

  override getRunResult({ path }: GetRunResultRequest): Promise<RunResult> {
    return this.#runs.result(path.run_id);
  }

  override getRunTrace({ path }: GetRunTraceRequest): TraceResponse {
    return this.#runs.trace(path.run_id);
  }

  /** Stops the instances it has started, and then itself. */
  override async close(options?: { timeoutMs?: number }): Promise<void> {
    await this.#instances.deleteAll();
    await Promise.all([this.#runs.close(), super.close(options)]);
    // What a request was starting meanwhile.
    await this.#instances.deleteAll();
  }

  protected override async checkHealth(): Promise<Health> {
    const states = this.#instances.list().map(({ state }) => state);
    const failed = states.filter((state) => state === "error").length;
    const status = failed > 0 ? "degraded" : "ok";
    return { status, checks: [{ name: "instances", status, details: { known: states.length, failed } }] };
  }
}
