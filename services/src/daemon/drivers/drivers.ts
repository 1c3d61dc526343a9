import { commandDriver } from "./command.js";
import type { DriverConfig } from "./config.js";
import type { Launch, Start, Surroundings } from "./driver.js";
import { runtimeDriver } from "./runtime.js";

/** The drivers of a Daemon. Only the operator defines them: what a request could name, anybody could have started. */
export class Drivers {
  constructor(
    private readonly byProfile: Readonly<Record<string, DriverConfig>>,
    /** Of profiles that the operator's configuration does not name. */
    private readonly other: DriverConfig | undefined,
    private readonly surroundings: Surroundings,
  ) {}

  /** The driver of a profile; undefined when the operator has none for it. */
  of(profile: string): DriverConfig | undefined {
    return Object.hasOwn(this.byProfile, profile) ? this.byProfile[profile] : this.other;
  }

  start(config: DriverConfig, launch: Launch): Start {
    return config.kind === "runtime"
      ? runtimeDriver(config, launch, this.surroundings)
      : commandDriver(config, launch, this.surroundings);
  }
}
