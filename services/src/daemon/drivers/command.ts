import { resolve } from "node:path";
import type { CommandDriver } from "./config.js";
import { type Driver, environmentOf, type Surroundings } from "./driver.js";

/** Any program. No shell is involved, so nothing in its arguments has a meaning of its own. */
export const commandDriver: Driver<CommandDriver> = (config, launch, surroundings) => {
  const { command, args = [], env = {}, cwd = "." } = config;
  const port = String(launch.port);
  const own = Object.entries(env).map(([name, value]): [string, string] => [
    name,
    typeof value === "string"
      ? value.replaceAll("{port}", port).replaceAll("{token}", launch.token)
      : variable(value.env, surroundings),
  ]);
  const asksForToken = Object.values(env).some((value) => typeof value === "string" && value.includes("{token}"));
  return {
    command,
    args: [...args.map((arg) => arg.replaceAll("{port}", port)), ...(launch.settings.args ?? [])],
    cwd: resolve(surroundings.folder ?? ".", cwd),
    env: { ...Object.fromEntries(own), PORT: port, ...environmentOf(launch, surroundings) },
    ...(asksForToken ? { token: launch.token } : {}),
  };
};

function variable(name: string, { environment = process.env }: Surroundings): string {
  const value = environment[name];
  if (value !== undefined) return value;
  throw new Error(`the environment variable ${name} is not set, and the driver needs it`);
}
