/** An operator in a process of its own, to be killed: on the file that it is told, with the settings that it is told. */
import { SessionService } from "../../../services/dist/session/service.js";
import { openSqlite } from "../../../services/dist/storage/sqlite/storage.js";

const { path, ...settings } = JSON.parse(process.argv[2]);
const storage = path === undefined ? undefined : await openSqlite(path);
const service = new SessionService({ ...settings, storage });
await service.ready();
const { url } = await service.listen({ port: 0, signals: false });
process.send({ url });
// It has nobody to serve when the test is gone.
process.on("disconnect", () => process.exit());
