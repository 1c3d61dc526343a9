import { resolve } from "node:path";
import { readSeed } from "../session/seed.js";
import type { SessionOptions } from "../session/service.js";
import type { SessionConfig } from "./config.js";
import type { Surroundings } from "./effective.js";

/**
 * The configuration of the session operator as it takes it.
 * @throws Error that says which variable is not set, or what is wrong with the file of agents
 */
export async function sessionOptionsOf(
  { network, grace_ms, gather_ms, slow_consumer_ms, admin_token_env, seed }: SessionConfig,
  { folder = process.cwd(), environment = process.env }: Surroundings,
): Promise<SessionOptions> {
  const adminToken = admin_token_env === undefined ? undefined : environment[admin_token_env];
  if (admin_token_env !== undefined && !adminToken) {
    throw new Error(`session.admin_token_env: the variable ${admin_token_env} is not set`);
  }
  const channels = {
    ...(gather_ms === undefined ? {} : { gather: gather_ms }),
    ...(slow_consumer_ms === undefined ? {} : { slowConsumer: slow_consumer_ms }),
  };
  return {
    ...(network === undefined ? {} : { network }),
    ...(grace_ms === undefined ? {} : { graceMs: grace_ms }),
    ...(adminToken === undefined ? {} : { adminToken }),
    ...(seed === undefined ? {} : { agents: await readSeed(resolve(folder, seed)) }),
    channels,
  };
}
