/** The operator in a process of its own, on a file; or the base alone, which keeps nothing. Tells its memory when asked. */
import { SessionServer } from "@agentwire/server/session";
import { SessionService } from "../../services/dist/session/service.js";
import { openSqlite } from "../../services/dist/storage/sqlite/storage.js";

const [kind, path] = process.argv.slice(2);
const adminToken = "bench";

/** A base with the least behind it: it knows every token. */
class Empty extends SessionServer {
  #count = 0;
  sendMessage() {
    this.#count += 1;
    return { message_id: `msg_${this.#count}`, sequence: this.#count };
  }
}

const server =
  kind === "empty"
    ? new Empty({ auth: { mode: "required", schemes: { AgentToken: () => "@a.b", AdminToken: () => "admin" } } })
    : new SessionService({ adminToken, storage: await openSqlite(path), limits: { rate: false } });
const { url } = await server.listen({ signals: false });

process.on("message", () => {
  globalThis.gc?.();
  process.send({ rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed });
});
process.send({ url, adminToken });
