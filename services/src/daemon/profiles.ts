import { Problem } from "@agentwire/kit/server";
import type { LaunchSettings, RuntimeProfile, RuntimeProfileUpsertRequest } from "@agentwire/models/daemon";

/** Where profiles are kept. Later issues put a database behind it. */
export interface ProfileStore {
  find(key: string): RuntimeProfile | undefined;
  put(profile: RuntimeProfile): void;
  delete(key: string): void;
  all(): RuntimeProfile[];
}

export class MemoryProfileStore implements ProfileStore {
  readonly #profiles = new Map<string, RuntimeProfile>();

  find(key: string): RuntimeProfile | undefined {
    return this.#profiles.get(key);
  }

  put(profile: RuntimeProfile): void {
    this.#profiles.set(profile.runtime_profile, profile);
  }

  delete(key: string): void {
    this.#profiles.delete(key);
  }

  all(): RuntimeProfile[] {
    return [...this.#profiles.values()];
  }
}

/** The safe list: only what an administrator has written down here is ever started. */
export class Profiles {
  constructor(private readonly store: ProfileStore) {}

  /** Ordered by key. */
  list(): RuntimeProfile[] {
    const byKey = (a: RuntimeProfile, b: RuntimeProfile): number => (a.runtime_profile < b.runtime_profile ? -1 : 1);
    return this.store.all().sort(byKey);
  }

  /** @throws Problem `invalid_request` for a body that says nothing */
  upsert(key: string, body: RuntimeProfileUpsertRequest): RuntimeProfile {
    if (Object.keys(body).length === 0) {
      throw new Problem("invalid_request", "A profile needs at least one member, such as description.");
    }
    const profile = { runtime_profile: key, ...body };
    this.store.put(profile);
    return profile;
  }

  delete(key: string): void {
    this.store.delete(key);
  }

  /** @throws Problem `invalid_request` when the profile is not on the list */
  named(key: string): RuntimeProfile {
    const profile = this.store.find(key);
    if (!profile) throw new Problem("invalid_request", `There is no runtime profile "${key}".`);
    return profile;
  }
}

/** The settings of a launch: overrides go over the profile's defaults, `env` member by member. */
export function settingsOf(defaults: LaunchSettings = {}, overrides: LaunchSettings = {}): LaunchSettings {
  const env = { ...defaults.env, ...overrides.env };
  return { ...defaults, ...overrides, ...(Object.keys(env).length > 0 ? { env } : {}) };
}
