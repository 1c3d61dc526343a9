// Durable appends of events: the storage beside SQLite with nothing around it, and beside the disk's own rate.
import { fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { openSqlite } from "../../services/dist/storage/sqlite/storage.js";
import { inFolder, median, quantile, rounded } from "./lib.mjs";

const APPENDERS = 64;
const ROUND_MS = 1500;
const ROUNDS = 5;
const text = "a token of text, as long as most of them are";
const event = (seq) => ({
  run_id: "run_0123456789",
  seq,
  type: "token",
  time: "2026-01-01T00:00:00.000Z",
  data: { text },
});

export function appends({ log }) {
  return inFolder(async (folder) => {
    const storage = await openSqlite(join(folder, "storage.db"));
    const bare = bareDatabase(join(folder, "bare.db"));
    const rounds = [];
    await appended(storage, APPENDERS, 500);
    for (let round = 1; round <= ROUNDS; round += 1) {
      rounds.push({
        bare: bareRate(bare),
        many: await appended(storage, APPENDERS, ROUND_MS),
        disk: diskRate(join(folder, "file")),
        one: await appended(storage, 1, ROUND_MS),
      });
      log(`round ${round} of ${ROUNDS}`);
    }
    await storage.close();
    bare.close();
    const of = (pick) => median(rounds.map(pick));
    return [
      {
        what: "durable appends",
        subject: "bare SQLite, 64 rows a commit",
        value: Math.round(of(({ bare }) => bare)),
        unit: "events/s",
      },
      {
        what: "durable appends",
        subject: "64 appenders",
        value: Math.round(of(({ many }) => many.rate)),
        unit: "events/s",
        target: ">= 80000",
      },
      {
        what: "their p99",
        subject: "64 appenders",
        value: rounded(of(({ many }) => many.p99)),
        unit: "ms",
        target: "<= 10",
      },
      { what: "fdatasync of 4 KB", subject: "the disk", value: Math.round(of(({ disk }) => disk)), unit: "/s" },
      {
        what: "durable appends",
        subject: "one appender",
        value: Math.round(of(({ one }) => one.rate)),
        unit: "events/s",
      },
      {
        what: "against the disk",
        subject: "one appender",
        value: rounded(of(({ one, disk }) => one.rate / disk)),
        unit: "x",
        target: ">= 0.9",
      },
    ];
  });
}

let streams = 0;

async function appended(storage, appenders, milliseconds) {
  const end = performance.now() + milliseconds;
  const waits = [];
  const start = performance.now();
  const append = async () => {
    const stream = `stream-${streams++}`;
    for (let seq = 0; performance.now() < end; seq += 1) {
      const before = performance.now();
      await storage.commit({ append: [{ stream, seq, event: event(seq) }] });
      waits.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: appenders }, append));
  return { rate: (waits.length / (performance.now() - start)) * 1000, p99: quantile(waits, 0.99) };
}

function bareDatabase(path) {
  const sqlite = new DatabaseSync(path);
  sqlite.exec(
    "pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4096",
  );
  sqlite.exec("create table event (stream integer, seq integer, event text, primary key (stream, seq)) without rowid");
  return sqlite;
}

let bareSeq = 0;

function bareRate(sqlite) {
  const [begin, insert, commit] = ["begin", "insert into event values (?, ?, ?)", "commit"].map((sql) =>
    sqlite.prepare(sql),
  );
  const start = performance.now();
  let events = 0;
  while (performance.now() - start < ROUND_MS) {
    begin.run();
    for (let stream = 0; stream < APPENDERS; stream += 1) insert.run(stream, bareSeq, JSON.stringify(event(bareSeq)));
    commit.run();
    bareSeq += 1;
    events += APPENDERS;
  }
  return (events / (performance.now() - start)) * 1000;
}

function diskRate(path) {
  const file = openSync(path, "a");
  const page = Buffer.alloc(4120);
  const start = performance.now();
  let writes = 0;
  while (performance.now() - start < ROUND_MS) {
    writeSync(file, page);
    fdatasyncSync(file);
    writes += 1;
  }
  return (writes / (performance.now() - start)) * 1000;
}
