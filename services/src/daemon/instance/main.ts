/** The process of a managed instance: a reference runtime that lives as long as its Daemon wants it to. */
import { once } from "node:events";
import { ToolRegistryClient } from "@agentwire/client/tool-registry";
import { bearer } from "@agentwire/kit/client";
import { executorOf } from "../../runtime/executors/configured.js";
import { RuntimeService } from "../../runtime/service.js";
import { messageOf } from "../../shared/signals.js";
import { openSqlite } from "../../storage/sqlite/storage.js";
import { REGISTRY_VARIABLE } from "../drivers/driver.js";
import { instanceAuth } from "./auth.js";
import type { InstanceConfig } from "./config.js";

const CLOSE_TIMEOUT_MS = 2000;

async function main(): Promise<void> {
  const ended = Promise.race([once(process, "SIGTERM"), once(process, "disconnect")]);
  const [config] = (await once(process, "message")) as [InstanceConfig];
  const { executor, folder, variables = {}, toolRegistryToken, maxConcurrentRuns, maxQueuedRuns, retention } = config;
  const baseUrl = process.env[REGISTRY_VARIABLE];
  const storage = await openSqlite(config.database);
  const service = new RuntimeService({
    instanceId: config.instanceId,
    storage,
    auth: instanceAuth(config.token, config.auth),
    executor: await executorOf(executor, { folder, environment: variables }),
    toolRegistry:
      baseUrl === undefined
        ? undefined
        : new ToolRegistryClient({
            baseUrl,
            ...(toolRegistryToken === undefined ? {} : { auth: bearer(toolRegistryToken) }),
          }),
    ...(maxConcurrentRuns === undefined ? {} : { maxConcurrentRuns }),
    ...(maxQueuedRuns === undefined ? {} : { maxQueuedRuns }),
    ...(retention === undefined ? {} : { retention }),
  });
  await service.ready();
  await service.listen({ port: config.port, signals: false });
  process.send?.({ listening: true });
  await ended;
  await service.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  await storage.close();
}

try {
  await main();
  // Whatever an agent has left behind does not keep the process.
  process.exit(0);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
