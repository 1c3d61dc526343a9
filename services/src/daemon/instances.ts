import { Problem } from "@agentwire/kit/server";
import type { InstanceCreateRequest, InstanceRegisterRequest, RuntimeProfile } from "@agentwire/models/daemon";
import { newId } from "../shared/ids.js";
import { type AllowEndpoint, endpointOf } from "./endpoint.js";
import { factsOf, Instance } from "./instance.js";
import type { RuntimeLauncher } from "./launcher.js";
import { settingsOf } from "./profiles.js";
import { UpstreamProblem } from "./upstream.js";

export interface InstancesOptions {
  readonly launcher: RuntimeLauncher;
  readonly allowEndpoint: AllowEndpoint;
  /** Instances, managed and external together, that the Daemon keeps at most. */
  readonly maxInstances: number;
  /** Runs that one instance has at most. */
  readonly maxRunsPerInstance: number;
  /** Milliseconds a managed instance has to become ready. */
  readonly startTimeoutMs: number;
}

/** The runtimes that the Daemon knows. */
export class Instances {
  readonly #byId = new Map<string, Instance>();
  /** Places of instances that are being started. */
  #reserved = 0;

  constructor(private readonly options: InstancesOptions) {}

  list(): Instance[] {
    return [...this.#byId.values()];
  }

  /** Looks again at those that did not answer last time; they may be back. */
  async refresh(): Promise<void> {
    await Promise.all(
      this.list()
        .filter(({ state }) => state === "error")
        .map((instance) => instance.probe()),
    );
  }

  /**
   * Starts instances and waits until they are ready. All or none: when one fails, the others are stopped.
   * @throws Problem `invalid_request` for too many at once, `conflict` when there is no room
   */
  async create(profile: RuntimeProfile, request: InstanceCreateRequest): Promise<Instance[]> {
    const count = request.count ?? 1;
    const { maxInstances, allowEndpoint } = this.options;
    if (count > maxInstances) throw new Problem("invalid_request", `count must not be more than ${maxInstances}.`);
    const settings = settingsOf(profile.defaults, request.overrides);
    if (settings.tool_registry_url !== undefined) {
      settings.tool_registry_url = endpointOf(settings.tool_registry_url, allowEndpoint);
    }
    return await this.#reserving(count, async () => {
      const starts = Array.from({ length: count }, () => this.#start(profile, request, settings));
      const outcomes = await Promise.allSettled(starts);
      const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (!failed) return started;
      await Promise.all(started.map((instance) => this.delete(instance.id)));
      throw new UpstreamProblem(`No instance of "${profile.runtime_profile}" could be started.`, failed.reason);
    });
  }

  /** Takes note of a runtime that somebody else has started. It may be down for now. */
  async register(request: InstanceRegisterRequest): Promise<Instance> {
    const url = endpointOf(request.runtime_api_endpoint, this.options.allowEndpoint);
    return await this.#reserving(1, async () => {
      const instance = new Instance(factsOf(newId("ext"), request), url, this.options.maxRunsPerInstance);
      await instance.probe();
      this.#byId.set(instance.id, instance);
      return instance;
    });
  }

  /** Stops a managed instance, forgets an external one; one that is not there is no error. */
  async delete(id: string): Promise<void> {
    const instance = this.#byId.get(id);
    await instance?.stop();
    this.#byId.delete(id);
  }

  async deleteAll(): Promise<void> {
    await Promise.all(this.list().map(({ id }) => this.delete(id)));
  }

  async #start(
    profile: RuntimeProfile,
    request: InstanceCreateRequest,
    settings: ReturnType<typeof settingsOf>,
  ): Promise<Instance> {
    const { launcher, maxRunsPerInstance, startTimeoutMs } = this.options;
    const instanceId = newId("inst");
    const launched = await launcher.launch({ instanceId, profile: profile.runtime_profile, settings });
    const facts = {
      instance_id: instanceId,
      managed: true,
      runtime_profile: profile.runtime_profile,
      ...(profile.runtime_name === undefined ? {} : { runtime_name: profile.runtime_name }),
      ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
      ...(request.extensions === undefined ? {} : { extensions: request.extensions }),
    };
    const instance = new Instance(facts, launched.url, maxRunsPerInstance, launched);
    this.#byId.set(instanceId, instance);
    try {
      await instance.ready(startTimeoutMs);
    } catch (error) {
      await this.delete(instanceId);
      throw error;
    }
    return instance;
  }

  /** Holds places while instances are on their way, so that many requests at once cannot go over the limit. */
  async #reserving<T>(count: number, action: () => Promise<T>): Promise<T> {
    const { maxInstances } = this.options;
    if (this.#reserved + this.#byId.size + count > maxInstances) {
      throw new Problem("conflict", `There are ${this.#byId.size} of at most ${maxInstances} instances.`);
    }
    this.#reserved += count;
    try {
      return await action();
    } finally {
      this.#reserved -= count;
    }
  }
}
