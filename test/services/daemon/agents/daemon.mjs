/** A daemon to be killed: on the folder of its first argument, with the agent that the second one names. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DaemonService } from "../../../../services/dist/daemon/service.js";
import { openSqlite } from "../../../../services/dist/storage/sqlite/storage.js";

const [folder, name] = process.argv.slice(2);
const module = fileURLToPath(new URL("agents.mjs", import.meta.url));
const service = new DaemonService({
  storage: await openSqlite(join(folder, "daemon.db")),
  folder: join(folder, "instances"),
  drivers: { plain: { kind: "runtime", executor: { kind: "function", module, export: name }, max_concurrent_runs: 1 } },
});
await service.ready();
console.log((await service.listen({ signals: false })).url);
