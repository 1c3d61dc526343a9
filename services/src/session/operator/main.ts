/** The process of an operator: a session service that lives as long as its supervisor wants it to. */
import { once } from "node:events";
import { messageOf } from "../../shared/signals.js";
import { openSqlite } from "../../storage/sqlite/storage.js";
import { SessionService } from "../service.js";
import { type OperatorAnswer, type OperatorConfig, PING, PONG } from "./config.js";

const CLOSE_TIMEOUT_MS = 2000;

async function main(): Promise<void> {
  const ended = Promise.race([once(process, "SIGTERM"), once(process, "disconnect")]);
  const [{ host, port, database, ...options }] = (await once(process, "message")) as [OperatorConfig];
  const storage = await openSqlite(database);
  const service = new SessionService({ ...options, storage });
  await service.ready();
  const listening = await service.listen({ host, port, signals: false });
  process.on("message", (message) => message === PING && process.send?.(PONG));
  await answer({ port: listening.port });
  await ended;
  await service.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  await storage.close();
}

/** Resolves when the answer is out, or when nobody is there to hear it. */
function answer(message: OperatorAnswer): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}

// What agents say to each other is for nobody else on this machine.
process.umask(0o077);
try {
  await main();
  process.exit(0);
} catch (error) {
  await answer({ problem: messageOf(error) });
  process.exit(1);
}
