import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Health, type Logger, loggerOf, type ServerOptions } from "@agentwire/kit/server";
import type { HealthCheck } from "@agentwire/models/common";
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
import { obstacleOf, READINESS_PATH } from "../shared/readiness.js";
import { VERSION } from "../shared/version.js";
import { type GuardedStorage, withProblems } from "../storage/problems.js";
import type { Retention } from "../storage/pruner.js";
import { IN_MEMORY, openSqlite } from "../storage/sqlite/storage.js";
import type { Storage } from "../storage/storage.js";
import type { DriverConfig } from "./drivers/config.js";
import type { Surroundings } from "./drivers/driver.js";
import { Drivers } from "./drivers/drivers.js";
import { type AllowEndpoint, loopbackOnly } from "./endpoint.js";
import { defaultInstanceLimits, type InstanceLimits } from "./instance/limits.js";
import { Instances } from "./instances.js";
import { Profiles } from "./profiles.js";
import { DaemonRuns, type Recovered } from "./runs/runs.js";

/** Settings of a daemon. */
export interface DaemonOptions extends ServerOptions {
  /** Where profiles, instances, runs and traces are kept; the caller closes it. Default: in memory. */
  readonly storage?: Storage;
  /** Holds the files and logs of managed instances. Default: a temporary one, gone with the service. */
  readonly folder?: string;
  /** How instances are started, by profile; these profiles are on the list from the start. */
  readonly drivers?: Readonly<Record<string, DriverConfig>>;
  /** The driver of all other profiles. Default: the reference runtime; false: they cannot be started. */
  readonly defaultDriver?: DriverConfig | false;
  /** What managed instances share with the daemon. */
  readonly surroundings?: Surroundings;
  /** Which addresses that callers name it may connect to. Default: loopback only. */
  readonly allowEndpoint?: AllowEndpoint;
  /** The token for runtimes that the daemon has not started. Mind that callers name their addresses. */
  readonly runtimeToken?: string | ((url: string) => string | undefined);
  /** What instances may cost; what is left out has its default. */
  readonly instances?: Partial<InstanceLimits>;
  /** Runs under way at the same time; more are refused with 503. Default 10 000. */
  readonly maxRuns?: number;
  /** Milliseconds that a run may be without its runtime before it has failed. Default 15 000. */
  readonly lostAfterMs?: number;
  /** How long runs are kept that have ended. Default: for ever. */
  readonly retention?: Retention;
}

interface Parts {
  readonly storage: GuardedStorage;
  readonly profiles: Profiles;
  readonly instances: Instances;
  readonly runs: DaemonRuns;
  /** What the last process has left, and what became of it. */
  readonly recovered: Recovered & { readonly instances: number };
  release(): Promise<void>;
}

const STORAGE_FAILS: HealthCheck = { name: "storage", status: "down", message: "Nothing can be kept." };

/** The reference daemon. */
export class DaemonService extends DaemonServer {
  readonly #parts: Promise<Parts>;
  /** Once what the last process left is taken over. */
  readonly #storage: Promise<GuardedStorage>;

  constructor(options: DaemonOptions = {}) {
    super({ version: VERSION, readiness: READINESS_PATH, ...options });
    this.#parts = open(options, loggerOf(options.logger, "agentwire-daemon"));
    this.#storage = this.#parts.then(({ storage }) => storage);
    // Whoever calls, or waits for `ready`, hears it.
    this.#storage.catch(() => undefined);
  }

  /**
   * Resolves when what the last process left is taken over; its instances may still be starting.
   * @throws StorageError
   */
  async ready(): Promise<void> {
    await this.#parts;
  }

  override async listInstances(): Promise<InstanceListResponse> {
    const { instances } = await this.#parts;
    await instances.refresh();
    return { instances: instances.list().map((instance) => instance.view()) };
  }

  override async createInstances({ body }: CreateInstancesRequest): Promise<InstanceCreateResponse> {
    const { instances, profiles } = await this.#parts;
    const started = await instances.create(await profiles.named(body.runtime_profile), body);
    return { instances: started.map((instance) => instance.view()) };
  }

  override async registerInstance({ body }: RegisterInstanceRequest): Promise<InstanceRegisterResponse> {
    const instance = await (await this.#parts).instances.register(body);
    return { instance: instance.view() };
  }

  override async deleteInstance({ path }: DeleteInstanceRequest): Promise<void> {
    await (await this.#parts).instances.delete(path.instance_id);
  }

  override async listRuntimeProfiles(): Promise<RuntimeProfileListResponse> {
    return { profiles: await (await this.#parts).profiles.list() };
  }

  override async upsertRuntimeProfile({ path, body }: UpsertRuntimeProfileRequest): Promise<RuntimeProfile> {
    return await (await this.#parts).profiles.upsert(path.runtime_profile, body);
  }

  override async deleteRuntimeProfile({ path }: DeleteRuntimeProfileRequest): Promise<void> {
    await (await this.#parts).profiles.delete(path.runtime_profile);
  }

  override async submitRun({ body }: SubmitRunRequest): Promise<RunStatus> {
    return await (await this.#parts).runs.submit(body);
  }

  override async listRuns({ query }: ListRunsRequest): Promise<RunListResponse> {
    return await (await this.#parts).runs.list(query);
  }

  override async getRunStatus({ path }: GetRunStatusRequest): Promise<RunStatus> {
    return await (await this.#parts).runs.status(path.run_id);
  }

  override async getRunResult({ path }: GetRunResultRequest): Promise<RunResult> {
    return await (await this.#parts).runs.result(path.run_id);
  }

  override async getRunTrace({ path }: GetRunTraceRequest): Promise<TraceResponse> {
    return await (await this.#parts).runs.trace(path.run_id);
  }

  /** Stops the instances it has started, whose runs say how they end, and then itself. */
  override async close(options?: { timeoutMs?: number }): Promise<void> {
    const parts = await this.#parts.catch(() => undefined);
    await Promise.all([parts?.instances.close(), super.close(options)]);
    await parts?.runs.close();
    await parts?.release();
  }

  protected override async checkHealth(): Promise<Health> {
    const checks = await this.#checks();
    return { status: checks.every(({ status }) => status === "ok") ? "ok" : "degraded", checks };
  }

  protected override async checkReadiness(): Promise<string | undefined> {
    return await obstacleOf(this.#storage);
  }

  async #checks(): Promise<HealthCheck[]> {
    let parts: Parts;
    try {
      parts = await this.#parts;
    } catch {
      return [{ ...STORAGE_FAILS, message: "What was kept cannot be read." }];
    }
    const { storage, instances, runs, recovered } = parts;
    const states = instances.list().map(({ state }) => state);
    const failed = states.filter((state) => state === "error").length;
    return [
      { name: "instances", status: failed > 0 ? "degraded" : "ok", details: { known: states.length, failed } },
      { name: "runs", status: "ok", details: { under_way: runs.load } },
      { name: "recovery", status: "ok", message: told(recovered), details: { ...recovered } },
      ...((await storage.works()) ? [] : [STORAGE_FAILS]),
    ];
  }
}

async function open(options: DaemonOptions, log: Logger): Promise<Parts> {
  const { allowEndpoint = loopbackOnly, drivers: configured = {}, defaultDriver, runtimeToken } = options;
  const { folder, releaseFolder } = await folderOf(options.folder);
  const own = options.storage ? undefined : await openSqlite(IN_MEMORY);
  const storage = withProblems(options.storage ?? (own as Storage), log);
  const other = defaultDriver === false ? undefined : (defaultDriver ?? { kind: "runtime" as const });
  const drivers = new Drivers(configured, other, options.surroundings ?? {});
  const profiles = new Profiles(storage, drivers, allowEndpoint);
  await profiles.add(Object.entries(configured).map(([name, { description }]) => profileOf(name, description)));
  const tokenOf = typeof runtimeToken === "function" ? runtimeToken : () => runtimeToken;
  const common = { storage, allowEndpoint, runtimeToken: tokenOf, log };
  const limits = { ...defaultInstanceLimits, ...options.instances };
  const instances = await Instances.open({ ...common, drivers, folder, limits });
  const { maxRuns = 10_000, lostAfterMs = 15_000 } = options;
  const { runs, recovered } = await DaemonRuns.open({
    ...common,
    runtimeTimeoutMs: limits.runtimeTimeoutMs,
    instances,
    maxRuns,
    lostAfterMs,
    retention: options.retention,
  });
  const found = { instances: instances.list().length, ...recovered };
  log.info(found, told(found));
  const release = async () => {
    await own?.close();
    await releaseFolder();
  };
  return { storage, profiles, instances, runs, recovered: found, release };
}

async function folderOf(wanted: string | undefined) {
  if (wanted !== undefined) return { folder: resolve(wanted), releaseFolder: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), "agentwire-daemon-"));
  return { folder, releaseFolder: () => rm(folder, { recursive: true, force: true }) };
}

function profileOf(name: string, description = "Configured by the operator."): RuntimeProfile {
  return { runtime_profile: name, description };
}

function told({ instances, resumed, failed }: Parts["recovered"]): string {
  return `At the start, ${instances} instance(s) were taken over, ${resumed} run(s) picked up, and ${failed} run(s) lost.`;
}
