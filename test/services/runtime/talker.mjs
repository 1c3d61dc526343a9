/** A runtime to be killed: its agent talks without an end. */
import { setTimeout as wait } from "node:timers/promises";
import { RuntimeService } from "../../../services/dist/runtime/service.js";
import { openSqlite } from "../../../services/dist/storage/sqlite/storage.js";

const storage = await openSqlite(process.argv[2]);
const service = new RuntimeService({
  storage,
  executor: async function* () {
    for (let word = 0; ; word += 1) {
      yield { type: "token", text: `word ${word}` };
      await wait(1);
    }
  },
});
console.log((await service.listen({ signals: false })).url);
