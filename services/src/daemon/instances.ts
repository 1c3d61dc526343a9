import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, Problem } from "@agentwire/kit/server";
import type {
  InstanceCreateRequest,
  InstanceRegisterRequest,
  LaunchSettings,
  RuntimeProfile,
} from "@agentwire/models/daemon";
import { newId } from "../shared/ids.js";
import type { Storage } from "../storage/storage.js";
import type { DriverConfig } from "./drivers/config.js";
import type { Drivers } from "./drivers/drivers.js";
import { permit } from "./drivers/permissions.js";
import { type AllowEndpoint, endpointOf } from "./endpoint.js";
import { Instance } from "./instance/instance.js";
import type { InstanceLimits } from "./instance/limits.js";
import { documentOf, factsOf, INSTANCES, type InstanceFacts, type InstanceRecord } from "./instance/record.js";
import { type Endpoint, Supervisor } from "./instance/supervisor.js";
import { settingsOf } from "./profiles.js";
import { UpstreamProblem } from "./upstream.js";

export interface InstancesOptions {
  readonly storage: Storage;
  readonly drivers: Drivers;
  readonly allowEndpoint: AllowEndpoint;
  /** The token for a runtime that the Daemon has not started. */
  readonly runtimeToken: (url: string) => string | undefined;
  /** Holds one folder an instance. */
  readonly folder: string;
  readonly limits: InstanceLimits;
  readonly log: Logger;
}

type Managed = Instance & { supervisor: Supervisor };

/** A runtime that has been stopped may still be sending how its runs ended. */
const LAST_WORDS_MS = 1000;

/** The runtimes that the Daemon knows. What is here is also in the storage. */
export class Instances {
  readonly #byId = new Map<string, Instance>();
  readonly #deleting = new Map<string, Promise<void>>();
  #probing: NodeJS.Timeout | undefined;

  private constructor(private readonly options: InstancesOptions) {}

  /**
   * Finds the instances of the last process: managed ones are started again under their ids, external ones are asked
   * how they are.
   * @throws StorageError
   */
  static async open(options: InstancesOptions): Promise<Instances> {
    const instances = new Instances(options);
    const kept = await options.storage.list<InstanceRecord>(INSTANCES, { limit: Number.MAX_SAFE_INTEGER });
    await Promise.all(kept.map(({ body }) => instances.#recover(body)));
    const probe = () => instances.list().map((instance) => instance.probe());
    instances.#probing = setInterval(probe, options.limits.probeIntervalMs).unref();
    return instances;
  }

  list(): Instance[] {
    return [...this.#byId.values()];
  }

  find(id: string): Instance | undefined {
    return this.#byId.get(id);
  }

  /** Looks again at those that did not answer last time; they may be back. */
  async refresh(): Promise<void> {
    const lost = this.list().filter(({ state }) => state === "error");
    await Promise.all(lost.map((instance) => instance.probe()));
  }

  /**
   * Starts instances and waits until they are ready. All or none: when one fails, the others are stopped.
   * @throws Problem `invalid_request` for too many at once, or for settings or a profile that the operator has no
   * driver for; `conflict` when there is no room; 502 when one does not start
   */
  async create(profile: RuntimeProfile, request: InstanceCreateRequest): Promise<Instance[]> {
    const { limits, drivers } = this.options;
    const { runtime_profile: key } = profile;
    const count = request.count ?? 1;
    if (count > limits.maxInstances) {
      throw new Problem("invalid_request", `count must not be more than ${limits.maxInstances}.`);
    }
    const driver = drivers.of(key);
    if (!driver)
      throw new Problem("invalid_request", `The operator has configured no driver for the profile "${key}".`);
    const settings = this.#allowed(settingsOf(profile.defaults, request.overrides), driver);
    this.#makeRoom(count);
    const starts = Array.from({ length: count }, () => this.#start(profile, request, settings));
    const outcomes = await Promise.allSettled(starts);
    const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    try {
      if (failed) throw new UpstreamProblem(`No instance of "${key}" could be started.`, failed.reason);
      // In one step, in the order of their making; what was deleted meanwhile stays so.
      const put = started
        .filter(({ state }) => state !== "stopping")
        .map(({ facts, supervisor }) => documentOf({ facts, profile: key, settings, port: supervisor.lastPort }));
      await this.options.storage.commit({ put });
      return started;
    } catch (error) {
      await Promise.all(started.map((instance) => this.delete(instance.id)));
      throw error;
    }
  }

  /** Takes note of a runtime that somebody else has started. It may be down for now. */
  async register(request: InstanceRegisterRequest): Promise<Instance> {
    const url = endpointOf(request.runtime_api_endpoint, this.options.allowEndpoint);
    this.#makeRoom(1);
    const instance = this.#external(factsOf(newId("ext"), request), url);
    this.#byId.set(instance.id, instance);
    try {
      await this.options.storage.commit({ put: [documentOf({ facts: instance.facts, url })] });
    } catch (error) {
      this.#byId.delete(instance.id);
      throw error;
    }
    await instance.probe();
    return instance;
  }

  /**
   * Forgets an instance; one that is not there is no error. A managed one takes no more runs, has some time for those
   * it has, and is stopped then. An external one goes on, and so do the runs that it has.
   */
  async delete(id: string): Promise<void> {
    const instance = this.#byId.get(id);
    if (!instance) return;
    const deleting = this.#deleting.get(id) ?? this.#delete(instance).finally(() => this.#deleting.delete(id));
    this.#deleting.set(id, deleting);
    await deleting;
  }

  /** Stops what it has started, which is started again when a Daemon opens the same storage. */
  async close(): Promise<void> {
    clearInterval(this.#probing);
    await Promise.all(this.list().map(({ supervisor }) => supervisor?.stop()));
  }

  async #delete(instance: Instance): Promise<void> {
    const { storage, limits, folder } = this.options;
    if (instance.managed) instance.retire();
    // Once it is decided, it stays so: a Daemon that is killed meanwhile does not start it again.
    await storage.commit({ remove: [{ collection: INSTANCES, id: instance.id }] });
    if (instance.supervisor) {
      await instance.idle(limits.drainTimeoutMs);
      await instance.supervisor.stop();
      await instance.idle(LAST_WORDS_MS);
      instance.gone.abort(new Error(`the instance ${instance.id} was stopped`));
      await rm(join(folder, instance.id), { recursive: true, force: true });
    }
    this.#byId.delete(instance.id);
  }

  async #start(profile: RuntimeProfile, request: InstanceCreateRequest, settings: LaunchSettings): Promise<Managed> {
    const { runtime_name, runtime_profile } = profile;
    const { metadata, extensions } = request;
    const facts: InstanceFacts = {
      instance_id: newId("inst"),
      managed: true,
      runtime_profile,
      ...(runtime_name === undefined ? {} : { runtime_name }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(extensions === undefined ? {} : { extensions }),
    };
    const instance = this.#managed(facts, settings);
    const { supervisor } = instance;
    this.#byId.set(instance.id, instance);
    try {
      await supervisor.start();
    } catch (error) {
      this.options.log.warn({ instance: instance.id, err: error }, `an instance of "${runtime_profile}" did not start`);
      await supervisor.stop();
      instance.gone.abort(error);
      this.#byId.delete(instance.id);
      throw error;
    }
    return instance;
  }

  async #recover(record: InstanceRecord): Promise<void> {
    if ("url" in record) {
      const instance = this.#external(record.facts, record.url);
      this.#byId.set(instance.id, instance);
      return await instance.probe();
    }
    const instance = this.#managed(record.facts, record.settings, record.port);
    this.#byId.set(instance.id, instance);
    instance.supervisor.restart();
  }

  #external(facts: InstanceFacts, url: string): Instance {
    const { runtimeToken, limits } = this.options;
    return new Instance(facts, { url, token: runtimeToken(url) }, limits);
  }

  #managed(facts: InstanceFacts, settings: LaunchSettings, port?: number): Managed {
    const { limits, drivers, folder, log } = this.options;
    // Until its first start has chosen one, it has no port.
    const nowhere: Endpoint = { url: `http://127.0.0.1:${port ?? 0}`, token: undefined };
    const instance = new Instance(facts, nowhere, limits);
    const options = {
      instanceId: facts.instance_id,
      folder: join(folder, facts.instance_id),
      settings,
      start: (launch: Parameters<Drivers["start"]>[1]) => drivers.start(this.#driverOf(facts, settings), launch),
      isReady: (signal: AbortSignal) => instance.answers(signal),
      look: (signal: AbortSignal) => instance.look(signal),
      onChange: (change: Parameters<Instance["changed"]>[0]) => instance.changed(change),
      limits,
      log,
    };
    return Object.assign(instance, { supervisor: new Supervisor(options, port) });
  }

  /** Asked before every start, as the operator may have changed the configuration between two of them. */
  #driverOf({ runtime_profile = "" }: InstanceFacts, settings: LaunchSettings): DriverConfig {
    const driver = this.options.drivers.of(runtime_profile);
    if (!driver) throw new Error(`the operator has no driver for the profile "${runtime_profile}" any more`);
    this.#allowed(settings, driver);
    return driver;
  }

  #allowed(settings: LaunchSettings, driver: DriverConfig): LaunchSettings {
    permit(settings, driver);
    const { tool_registry_url: url } = settings;
    return url === undefined
      ? settings
      : { ...settings, tool_registry_url: endpointOf(url, this.options.allowEndpoint) };
  }

  /** Those that are starting count too, so that many requests at once cannot go over the limit. */
  #makeRoom(count: number): void {
    const { maxInstances } = this.options.limits;
    if (this.#byId.size + count <= maxInstances) return;
    throw new Problem("conflict", `There are ${this.#byId.size} of at most ${maxInstances} instances.`);
  }
}
