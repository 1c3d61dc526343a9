import { expect, it, onTestFinished } from "vitest";
import { LiveStream } from "../../../services/src/storage/live-stream.js";
import { IN_MEMORY, openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { type Storage, StorageError } from "../../../services/src/storage/storage.js";
import { collect } from "../support.js";

interface Numbered {
  readonly seq: number;
}

async function memory(): Promise<Storage> {
  const storage = await openSqlite(IN_MEMORY);
  onTestFinished(() => storage.close());
  return storage;
}

const numbered = (seq: number): Numbered => ({ seq });
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ seq: from + index }));

it("gives every reader everything, whenever it comes, and however many events there are", async () => {
  const stream = new LiveStream<Numbered>(await memory(), "s");
  const early = collect(stream.read(0));
  // More than stay in memory: whoever comes late reads what has gone from there out of the storage.
  await Promise.all(numbers(5000).map(() => stream.append(numbered)));
  const late = collect(stream.read(0));
  const middle = collect(stream.read(4000));
  await stream.append(numbered);
  stream.close();
  expect(await early).toEqual(numbers(5001));
  expect(await late).toEqual(numbers(5001));
  expect(await middle).toEqual(numbers(1001, 4000));
  expect(await collect(stream.read(5000))).toEqual(numbers(1, 5000));
  expect(await collect(stream.read(9999))).toEqual([]);
});

it("lets a reader stop while others go on, and one that is slow holds up nobody", async () => {
  const stream = new LiveStream<Numbered>(await memory(), "s");
  const slow = stream.read(0);
  const fast = collect(stream.read(0));
  const gone = new AbortController();
  const leaving = collect(stream.read(0, gone.signal));
  await Promise.all(numbers(3000).map(() => stream.append(numbered)));
  expect((await slow.next()).value).toEqual({ seq: 0 });
  gone.abort();
  expect((await leaving).length).toBeLessThanOrEqual(3000);
  stream.close();
  expect(await fast).toEqual(numbers(3000));
  expect(await collect(slow)).toEqual(numbers(2999, 1));
});

it("shows nobody an event that could not be kept, and goes on without a gap", async () => {
  const storage = await memory();
  let broken = true;
  const failing: Storage = {
    ...storage,
    commit: async (change) => {
      if (broken) throw new StorageError("full", "no space is left");
      return storage.commit(change);
    },
    events: (...query) => storage.events(...query),
  };
  const stream = new LiveStream<Numbered>(failing, "s");
  const reading = collect(stream.read(0));
  const lost = await Promise.allSettled([stream.append(numbered), stream.append(numbered)]);
  expect(lost.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  broken = false;
  await stream.append(numbered);
  stream.close();
  expect(await reading).toEqual(numbers(1));
});
