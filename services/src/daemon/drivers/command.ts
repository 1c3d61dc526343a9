import { resolve } from "node:path";
import type { CommandDriver } from "./config.js";
import { type Driver, environmentOf } from "./driver.js";

/** Any program. No shell is involved, so nothing in its arguments has a meaning of its own. */
export const commandDriver: Driver<CommandDriver> = (config, launch, surroundings) => {
  const { command, args = [], env = {}, cwd = "." } = config;
  const port = String(launch.port);
  const own = Object.entries(env).map(([name, value]): [string, string] => [
    name,
    value.replaceAll("{port}", port).replaceAll("{token}", launch.token),
  ]);
  const asksForToken = Object.values(env).some((value) => value.includes("{token}"));
  return {
    command,
    args: [...args.map((arg) => arg.replaceAll("{port}", port)), ...(launch.settings.args ?? [])],
    cwd: resolve(surroundings.folder ?? ".", cwd),
    env: { ...Object.fromEntries(own), PORT: port, ...environmentOf(launch, surroundings) },
    ...(asksForToken ? { token: launch.token } : {}),
  };
};
