import { Problem } from "@agentwire/kit/server";
import type { LaunchSettings, RuntimeProfile, RuntimeProfileUpsertRequest } from "@agentwire/models/daemon";
import type { Storage } from "../storage/storage.js";
import type { Drivers } from "./drivers/drivers.js";
import { permit } from "./drivers/permissions.js";
import { type AllowEndpoint, endpointOf } from "./endpoint.js";

const PROFILES = "profile";

/** The safe list: only what an administrator has written down here is ever started, by a driver of the operator. */
export class Profiles {
  constructor(
    private readonly storage: Storage,
    private readonly drivers: Drivers,
    private readonly allowEndpoint: AllowEndpoint,
  ) {}

  /** Puts the profiles of the operator's configuration on the list, unless they are there. */
  async add(profiles: readonly RuntimeProfile[]): Promise<void> {
    for (const profile of profiles) {
      if (!(await this.storage.get(PROFILES, profile.runtime_profile))) await this.#put(profile);
    }
  }

  /** Ordered by key. */
  async list(): Promise<RuntimeProfile[]> {
    const found = await this.storage.list<RuntimeProfile>(PROFILES, { limit: Number.MAX_SAFE_INTEGER });
    const byKey = (a: RuntimeProfile, b: RuntimeProfile): number => (a.runtime_profile < b.runtime_profile ? -1 : 1);
    return found.map(({ body }) => body).sort(byKey);
  }

  /** @throws Problem `invalid_request` for a body that says nothing, or sets what the operator does not allow */
  async upsert(key: string, body: RuntimeProfileUpsertRequest): Promise<RuntimeProfile> {
    if (Object.keys(body).length === 0) {
      throw new Problem("invalid_request", "A profile needs at least one member, such as description.");
    }
    const { defaults = {} } = body;
    permit(defaults, this.drivers.of(key));
    if (defaults.tool_registry_url !== undefined) endpointOf(defaults.tool_registry_url, this.allowEndpoint);
    const profile = { runtime_profile: key, ...body };
    await this.#put(profile);
    return profile;
  }

  async delete(key: string): Promise<void> {
    await this.storage.commit({ remove: [{ collection: PROFILES, id: key }] });
  }

  /** @throws Problem `invalid_request` when the profile is not on the list */
  async named(key: string): Promise<RuntimeProfile> {
    const profile = await this.storage.get<RuntimeProfile>(PROFILES, key);
    if (!profile) throw new Problem("invalid_request", `There is no runtime profile "${key}".`);
    return profile.body;
  }

  async #put(profile: RuntimeProfile): Promise<void> {
    await this.storage.commit({ put: [{ collection: PROFILES, id: profile.runtime_profile, body: profile }] });
  }
}

/** The settings of a launch: overrides go over the profile's defaults, `env` member by member. */
export function settingsOf(defaults: LaunchSettings = {}, overrides: LaunchSettings = {}): LaunchSettings {
  const env = { ...defaults.env, ...overrides.env };
  return { ...defaults, ...overrides, ...(Object.keys(env).length > 0 ? { env } : {}) };
}
