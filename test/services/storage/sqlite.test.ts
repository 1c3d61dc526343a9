/** The storage of the services, on real files, killed and damaged. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "@photostructure/sqlite";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { migrations } from "../../../services/src/storage/sqlite/migrations.js";
import { openSqlite } from "../../../services/src/storage/sqlite/storage.js";
import { type Storage, StorageError } from "../../../services/src/storage/storage.js";
import { cleanUp, temporaryFolder } from "../../generator/tool.js";

const open: Storage[] = [];

async function opened(path: string): Promise<Storage> {
  const storage = await openSqlite(path);
  open.push(storage);
  return storage;
}

afterEach(async () => {
  for (const storage of open.splice(0)) await storage.close();
});
afterAll(cleanUp);

const event = (seq: number) => ({ seq, text: `event ${seq}\n"\u2028` });

async function problemOf(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError;
}

describe("documents", () => {
  test("keep their place when they change, and are found by id, by label and page by page", async () => {
    const path = join(temporaryFolder(), "new", "folder", "data.db");
    const storage = await opened(path);
    for (const id of ["c", "a", "b"]) {
      await storage.commit({ put: [{ collection: "runs", id, label: "queued", body: { id } }] });
    }
    await storage.commit({ put: [{ collection: "runs", id: "c", label: "ended", body: { id: "c", ok: true } }] });
    await storage.commit({ put: [{ collection: "others", id: "a", body: null }] });
    const ids = async (query: object) => (await storage.list("runs", { limit: 10, ...query })).map(({ id }) => id);
    expect(await ids({})).toEqual(["c", "a", "b"]);
    expect(await ids({ labels: ["queued", "running"] })).toEqual(["a", "b"]);
    expect(await ids({ limit: 2 })).toEqual(["c", "a"]);
    const [first] = await storage.list("runs", { limit: 1 });
    expect(first).toEqual({ id: "c", position: 1, label: "ended", body: { id: "c", ok: true } });
    expect(await ids({ after: first?.position })).toEqual(["a", "b"]);
    expect(await storage.get("others", "a")).toMatchObject({ body: null, label: undefined });
    await storage.commit({ remove: [{ collection: "runs", id: "a" }] });
    expect(await storage.get("runs", "a")).toBeUndefined();
    await storage.close();
    const again = await opened(path);
    expect((await again.list("runs", { limit: 10 })).map(({ id }) => id)).toEqual(["c", "b"]);
  });

  test("are found by owner, alone or with a label, and counted by label", async () => {
    const path = join(temporaryFolder(), "data.db");
    let storage = await opened(path);
    const put = (id: string, label: string, owner?: string) =>
      storage.commit({ put: [{ collection: "runs", id, label, owner, body: { id } }] });
    for (const id of ["a", "b", "c", "d"]) await put(id, "queued", id < "c" ? "one" : "two");
    await put("e", "queued");
    await put("b", "ended", "one");
    await put("d", "ended", "one");
    const ids = async (query: object) => (await storage.list("runs", { limit: 10, ...query })).map(({ id }) => id);
    for (const _ of ["as it was written", "after a restart"]) {
      expect(await ids({ owner: "one" })).toEqual(["a", "b", "d"]);
      expect(await ids({ owner: "two" })).toEqual(["c"]);
      expect(await ids({ owner: "one", labels: ["ended"] })).toEqual(["b", "d"]);
      expect(await ids({ owner: "one", labels: ["ended"], limit: 1 })).toEqual(["b"]);
      expect(await ids({ owner: "one", after: 2 })).toEqual(["d"]);
      expect(await ids({ owner: "nobody" })).toEqual([]);
      expect(await storage.count("runs", ["queued"])).toBe(3);
      expect(await storage.count("runs", ["queued", "ended"])).toBe(5);
      expect(await storage.count("others", ["queued"])).toBe(0);
      await storage.close();
      storage = await opened(path);
    }
  });
});

describe("streams", () => {
  test.for([
    ["before it settles", 40],
    ["in many parts", 9000],
  ] as const)("lose their beginning, and then all: %s", async ([, count]) => {
    const path = join(temporaryFolder(), "data.db");
    let storage = await openSqlite(path);
    const appendFrom = (first: number, more: number) => {
      const append = Array.from({ length: more }, (_, index) => first + index);
      return storage.commit({ append: append.map((seq) => ({ stream: "s", seq, event: event(seq) })) });
    };
    await appendFrom(0, count);
    await storage.commit({ append: [{ stream: "other", seq: 0, event: "stays" }] });
    await storage.commit({ truncate: [{ stream: "s", before: count - 10 }] });
    // Ten that have to stay, and what lies together with them.
    expect(await storage.length("s")).toBe(count);
    expect(await storage.events("s", count - 10, 20)).toEqual(
      Array.from({ length: 10 }, (_, at) => event(count - 10 + at)),
    );
    if (count > 1000) expect(await storage.events("s", 0, 1)).toEqual([]);
    await storage.close();
    storage = await openSqlite(path);
    expect(await storage.length("s")).toBe(count);
    await storage.commit({ truncate: [{ stream: "s", before: count }] });
    expect(await storage.length("s")).toBe(0);
    expect(await storage.events("s", 0, 10)).toEqual([]);
    // As if it had never been: it may begin again, also in the same commit as its end.
    await appendFrom(0, 3);
    expect(await storage.events("s", 0, 10)).toEqual([0, 1, 2].map(event));
    await storage.commit({ truncate: [{ stream: "s", before: 3 }], remove: [{ collection: "c", id: "i" }] });
    await appendFrom(0, 2);
    for (const _ of ["as it was written", "after a restart"]) {
      expect(await storage.events("s", 0, 10)).toEqual([0, 1].map(event));
      expect(await storage.length("s")).toBe(2);
      expect(await storage.events("other", 0, 10)).toEqual(["stays"]);
      await storage.close();
      storage = await openSqlite(path);
    }
    await storage.close();
  });

  test("any appends, read in any part, before and after they settle, are what was appended", async () => {
    const step = fc.record({ stream: fc.integer({ min: 0, max: 3 }), count: fc.integer({ min: 1, max: 700 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(2500), fc.nat(900), async (steps, from, limit) => {
        const path = join(temporaryFolder(), "data.db");
        let storage = await openSqlite(path);
        const lengths = [0, 0, 0, 0];
        for (const { stream, count } of steps) {
          const first = lengths[stream] ?? 0;
          const append = Array.from({ length: count }, (_, index) => first + index);
          await storage.commit({ append: append.map((seq) => ({ stream: `${stream}`, seq, event: event(seq) })) });
          lengths[stream] = first + count;
        }
        for (const _ of ["as it was written", "after a restart"]) {
          for (const [stream, length] of lengths.entries()) {
            expect(await storage.length(`${stream}`)).toBe(length);
            const numbers = Array.from({ length }, (__, seq) => seq).slice(from, from + limit);
            expect(await storage.events(`${stream}`, from, limit)).toEqual(numbers.map(event));
          }
          await storage.close();
          storage = await openSqlite(path);
        }
        await storage.close();
      }),
      { numRuns: 25 },
    );
  });

  test("any appends and ends of streams leave what has been appended since", async () => {
    const step = fc.record({ stream: fc.nat(2), count: fc.integer({ min: 1, max: 900 }), ends: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.boolean(), async (steps, reads) => {
        const path = join(temporaryFolder(), "data.db");
        let storage = await openSqlite(path);
        const lengths = [0, 0, 0];
        for (const { stream, count, ends } of steps) {
          const first = lengths[stream] ?? 0;
          const append = Array.from({ length: ends ? 0 : count }, (_, index) => first + index);
          await storage.commit({
            append: append.map((seq) => ({ stream: `${stream}`, seq, event: event(seq) })),
            truncate: ends ? [{ stream: `${stream}`, before: first }] : [],
          });
          lengths[stream] = ends ? 0 : first + count;
          if (reads) expect(await storage.length(`${stream}`)).toBe(lengths[stream]);
        }
        for (const _ of ["as it was written", "after a restart"]) {
          for (const [stream, length] of lengths.entries()) {
            expect(await storage.length(`${stream}`)).toBe(length);
            const kept = Array.from({ length }, (__, seq) => event(seq));
            expect(await storage.events(`${stream}`, 0, length + 1)).toEqual(kept);
          }
          await storage.close();
          storage = await openSqlite(path);
        }
        await storage.close();
      }),
      { numRuns: 15 },
    );
  });

  test("more events than wait in the journal are all read back in order", async () => {
    const storage = await opened(join(temporaryFolder(), "data.db"));
    const count = 20_000;
    await Promise.all(
      Array.from({ length: count }, (_, seq) => storage.commit({ append: [{ stream: "s", seq, event: seq }] })),
    );
    expect(await storage.events("s", 0, count)).toEqual(Array.from({ length: count }, (_, seq) => seq));
    expect(await storage.length("s")).toBe(count);
  });
});

/** Appends in a process of its own, and kills it once it has said so many lines. Returns the last event said of each stream. */
async function writeAndKill(path: string, lines: number): Promise<Map<string, number>> {
  const script = fileURLToPath(new URL("writer.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let said = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    said += chunk.split("\n").length - 1;
    if (said >= lines) child.kill("SIGKILL");
  });
  await once(child, "close");
  const acknowledged = new Map<string, number>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [stream = "", seq] = line.split(" ");
    acknowledged.set(stream, Number(seq));
  }
  return acknowledged;
}

describe("kill -9", () => {
  test("loses nothing that was acknowledged, and leaves no gap and no half change", async () => {
    const path = join(temporaryFolder(), "data.db");
    // The journal of some is short, of others it has settled in between.
    for (const lines of [1, 40, 700, 12_000, 90]) {
      const acknowledged = await writeAndKill(path, lines);
      const storage = await openSqlite(path);
      for (const [stream, last] of acknowledged) {
        const length = await storage.length(stream);
        expect(length).toBeGreaterThan(last);
        const events = await storage.events<{ seq: number }>(stream, 0, length + 1);
        expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length }, (_, seq) => seq));
        expect((await storage.get<{ seq: number }>("head", stream))?.body.seq).toBe(length - 1);
      }
      await storage.close();
    }
  });
});

test("a file that was closed can be opened again at once, also while another is open", async () => {
  const path = join(temporaryFolder(), "data.db");
  await opened(join(temporaryFolder(), "other.db"));
  const first = await openSqlite(path);
  await first.commit({ put: [{ collection: "c", id: "i", body: { kept: true } }] });
  await first.list("c", { limit: 1 });
  await first.close();
  expect((await (await opened(path)).get("c", "i"))?.body).toEqual({ kept: true });
});

test("a file of the version before is taken over, what has not settled in it included", async () => {
  const path = join(temporaryFolder(), "data.db");
  const sqlite = new DatabaseSync(path);
  sqlite.exec(String(migrations[0]));
  const status = (id: string) => JSON.stringify({ status: { run_id: id, runtime_instance_id: "one" } });
  const settle = sqlite.prepare("insert into document (collection, id, label, body) values ('run', ?, 'queued', ?)");
  for (const id of ["settled", "changed", "removed"]) settle.run(id, status(id));
  sqlite
    .prepare("insert into chunk (stream, first, count, events) values ('s', 0, 1, ?)")
    .run(JSON.stringify(event(0)));
  const log = sqlite.prepare("insert into journal (kind, place, key, label, body) values (?, ?, ?, ?, ?)");
  log.run("append", "s", 1, null, JSON.stringify(event(1)));
  log.run("put", "run", "changed", "ended", status("changed"));
  log.run("put", "run", "7", "queued", status("7"));
  log.run("put", "plain", 'odd "id"\n', null, "{}");
  log.run("remove", "run", "removed", null, null);
  sqlite.exec("pragma user_version = 1");
  sqlite.close();
  const storage = await opened(path);
  expect(await storage.events("s", 0, 10)).toEqual([0, 1].map(event));
  const runs = await storage.list("run", { owner: "one", limit: 10 });
  expect(runs.map(({ id, label }) => [id, label])).toEqual([
    ["settled", "queued"],
    ["changed", "ended"],
    ["7", "queued"],
  ]);
  expect(await storage.get("plain", 'odd "id"\n')).toMatchObject({ body: {}, label: undefined });
});

describe("what is wrong with a file is said in words", () => {
  test("locked by another process", async () => {
    const path = join(temporaryFolder(), "data.db");
    const script = fileURLToPath(new URL("writer.mjs", import.meta.url));
    const child = spawn(process.execPath, [script, path, "1"], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const { code, message } = await problemOf(openSqlite(path));
    child.kill("SIGKILL");
    await once(child, "close");
    expect(code).toBe("locked");
    expect(message).toContain(`${path} is in use by another process`);
    await opened(path);
  });

  test("no database", async () => {
    const path = join(temporaryFolder(), "data.db");
    writeFileSync(path, "a letter, not a database\n".repeat(400));
    const before = readFileSync(path);
    const { code, message } = await problemOf(openSqlite(path));
    expect(code).toBe("corrupt");
    expect(message).toContain("restore it from a backup");
    expect(readFileSync(path)).toEqual(before);
  });

  test("damaged in the middle", async () => {
    const path = join(temporaryFolder(), "data.db");
    const storage = await openSqlite(path);
    const text = "x".repeat(2000);
    const append = Array.from({ length: 600 }, (_, seq) => ({ stream: "s", seq, event: text }));
    await storage.commit({ append });
    await storage.close();
    const size = statSync(path).size;
    truncateSync(path, Math.floor(size / 3));
    const reading = openSqlite(path).then(async (damaged) => {
      open.push(damaged);
      return await damaged.events("s", 0, 1000);
    });
    expect((await problemOf(reading)).code).toBe("corrupt");
  });

  test("written by a later version", async () => {
    const path = join(temporaryFolder(), "data.db");
    await (await openSqlite(path)).close();
    const sqlite = new DatabaseSync(path);
    sqlite.exec("pragma user_version = 1000");
    sqlite.close();
    const { code, message } = await problemOf(openSqlite(path));
    expect(code).toBe("newer");
    expect(message).toContain("update the program");
  });

  test("a folder that cannot be made", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect((await problemOf(openSqlite(join(file, "data.db")))).code).toBe("unwritable");
  });

  test.for([2, 7])(
    "a full disk of %i MB: nothing of the change is written, what was before stays, and it goes on when there is room",
    async (megabytes, context) => {
      const folder = join(temporaryFolder(), "small");
      mkdirSync(folder);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
      } catch {
        return context.skip("needs the right to mount a small file system: run the tests as root on Linux");
      }
      try {
        const path = join(folder, "data.db");
        const storage = await openSqlite(path);
        const text = "x".repeat(10_000);
        let seq = 0;
        const fill = async () => {
          for (; ; seq += 1) {
            const change = {
              append: [{ stream: "s", seq, event: text }],
              put: [{ collection: "head", id: "s", body: seq }],
            };
            await storage.commit(change);
          }
        };
        const { code, message } = await problemOf(fill());
        expect(code).toBe("full");
        expect(message).toContain("no space is left");
        expect(seq).toBeGreaterThan(10);
        expect(await storage.length("s")).toBe(seq);
        expect((await storage.get("head", "s"))?.body).toBe(seq - 1);
        // Many at once: of those on their way, none is kept behind one that is not.
        const many = Array.from({ length: 500 }, (_, index) =>
          storage.commit({ append: [{ stream: "many", seq: index, event: text }] }),
        );
        const kept = (await Promise.allSettled(many)).map(({ status }) => status === "fulfilled");
        expect(kept).toContain(false);
        const last = kept.lastIndexOf(true) + 1;
        expect(kept.indexOf(false)).toBe(last);
        expect(await storage.length("many")).toBe(last);
        execFileSync("mount", ["-o", "remount,size=64m", folder]);
        await storage.commit({ append: [{ stream: "s", seq, event: "at last" }] });
        await storage.close();
        const again = await openSqlite(path);
        expect(await again.length("s")).toBe(seq + 1);
        expect(await again.events("s", seq, 2)).toEqual(["at last"]);
        await again.close();
      } finally {
        execFileSync("umount", ["-l", folder]);
      }
    },
  );
});
