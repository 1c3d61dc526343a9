/** A process to be killed: many writers append as fast as they can, and each acknowledged event is said on stdout. */
import { openSqlite } from "../../../services/dist/storage/sqlite/storage.js";

const [path, writers = "8"] = process.argv.slice(2);
const storage = await openSqlite(path);

async function write(stream) {
  for (let seq = await storage.length(stream); ; seq += 1) {
    const put = [{ collection: "head", id: stream, body: { seq } }];
    await storage.commit({ append: [{ stream, seq, event: { stream, seq } }], put });
    process.stdout.write(`${stream} ${seq}\n`); // to a pipe at once, on POSIX
  }
}

for (let index = 0; index < Number(writers); index += 1) void write(`stream-${index}`);
