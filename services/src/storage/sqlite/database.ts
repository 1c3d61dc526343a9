import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from "@photostructure/sqlite";
import { storageErrorOf } from "./errors.js";
import { migrations } from "./migrations.js";
import type { DocumentRow, DocumentVersion } from "./protocol.js";
import { Tail } from "./tail.js";

/** Events of one stored chunk at most, so that reading a few never costs reading many. */
const CHUNK_EVENTS = 512;

/** Pages after which the write-ahead log goes into the database: 16 MB. */
const CHECKPOINT_PAGES = 4096;

/**
 * One SQLite file, used by one thread and no other process. Everything here throws what SQLite throws.
 *
 * Changes are first written at the end of the journal, which is cheap, and settle from there: events into chunks of
 * their stream, which is how they are read, documents into their table. What a crash leaves in the journal settles at
 * the next start.
 */
export class Database {
  // Kept for as long as the statements: they do not keep it themselves.
  readonly #sqlite: DatabaseSyncInstance;
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSyncInstance>>;
  readonly #tail = new Tail();

  /** Opens or makes the file, brings its schema up to date, and settles what the last process left. */
  constructor(path: string) {
    this.#sqlite = new DatabaseSync(path);
    try {
      this.#sqlite.exec(
        `pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;
         pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}; pragma foreign_keys = off; pragma cache_size = -8192;`,
      );
      migrate(this.#sqlite, path);
      this.#statements = prepare(this.#sqlite);
      this.#recover();
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  /** All of the changes or none, on disk when it returns. */
  write(changes: string, weight: number): void {
    this.#statements.log.run(changes);
    this.#tail.push(changes, weight);
    if (this.#tail.isLong) this.#trySettle();
  }

  get(collection: string, id: string): DocumentVersion | undefined {
    const change = this.#tail.document(collection, id);
    if (change) return change.kind === "put" ? change : undefined;
    return this.#statements.get.get(collection, id) as DocumentVersion | undefined;
  }

  list(collection: string, { labels, owner, after, limit }: Query): DocumentRow[] {
    if (this.#tail.hasDocuments) this.#settle();
    const { list, listByLabel, listByOwner, listByBoth } = this.#statements;
    const wanted = labels && JSON.stringify(labels);
    const rows =
      owner === undefined
        ? wanted === undefined
          ? list.all(collection, after, limit)
          : listByLabel.all(collection, wanted, after, limit)
        : wanted === undefined
          ? listByOwner.all(collection, owner, after, limit)
          : listByBoth.all(collection, owner, wanted, after, limit);
    return rows as unknown as DocumentRow[];
  }

  count(collection: string, labels: readonly string[]): number {
    if (this.#tail.hasDocuments) this.#settle();
    return (this.#statements.count.get(collection, JSON.stringify(labels)) as { documents: number }).documents;
  }

  /** A JSON text each. */
  events(stream: string, from: number, limit: number): string[] {
    const gone = this.#tail.truncatedBefore(stream);
    const found: string[] = [];
    while (found.length < limit) {
      const next = from + found.length;
      const chunk = this.#statements.chunk.get(stream, next) as Chunk | undefined;
      if (!chunk || next >= chunk.first + chunk.count || chunk.first + chunk.count <= gone) break;
      const start = next - chunk.first;
      found.push(...chunk.events.split("\n").slice(start, start + limit - found.length));
    }
    return found.concat(this.#tail.read(stream, from + found.length, limit - found.length));
  }

  length(stream: string): number {
    const { last } = this.#statements;
    const here = this.#tail.next(stream);
    if (here !== undefined) return here;
    const settled = (last.get(stream) as { next: number } | undefined)?.next ?? 0;
    return settled > this.#tail.truncatedBefore(stream) ? settled : 0;
  }

  close(): void {
    this.#trySettle();
    this.#unlock();
    this.#sqlite.close();
  }

  /** Statements keep the file open until they are collected as garbage; the next one to open it shall not wait for it. */
  #unlock(): void {
    try {
      this.#sqlite.exec("pragma journal_mode = delete; pragma locking_mode = normal; select 1 from sqlite_schema");
    } catch {
      // A disk that fails keeps the lock for a while.
    }
  }

  #recover(): void {
    const rows = this.#sqlite.prepare("select changes from journal order by position").iterate();
    for (const { changes } of rows as Iterable<unknown> as Iterable<{ changes: string }>) this.#tail.push(changes, 1);
    this.#settle();
  }

  /** The changes are safe in the journal: where they cannot settle, as on a full disk, they stay there for now. */
  #trySettle(): void {
    try {
      this.#settle();
    } catch {
      // The next change meets the same trouble, and tells whoever wants it.
    }
  }

  #settle(): void {
    if (this.#tail.isEmpty) return;
    const { addChunk, truncate, put, remove, clearJournal } = this.#statements;
    this.#atomically(() => {
      for (const change of this.#tail.changes()) {
        const { collection, id } = change;
        if (change.kind === "remove" || change.anew) remove.run(collection, id);
        if (change.kind === "put") put.run(collection, id, change.label, change.owner, change.body);
      }
      for (const [stream, before] of this.#tail.truncations()) truncate.run(stream, before);
      for (const { stream, first, events } of this.#tail.runs()) {
        for (let at = 0; at < events.length; at += CHUNK_EVENTS) {
          const part = events.slice(at, at + CHUNK_EVENTS);
          addChunk.run(stream, first + at, part.length, part.join("\n"));
        }
      }
      clearJournal.run();
    });
    this.#tail.clear();
  }

  #atomically(work: () => void): void {
    const { begin, commit } = this.#statements;
    begin.run();
    try {
      work();
      commit.run();
    } catch (error) {
      // SQLite itself has rolled back after the worst of errors.
      if (this.#sqlite.isTransaction) this.#sqlite.exec("rollback");
      throw error;
    }
  }
}

/** Each step in a transaction of its own, so that a step that fails leaves the version before it. */
function migrate(sqlite: DatabaseSyncInstance, path: string): void {
  const { user_version: version } = sqlite.prepare("pragma user_version").get() as { user_version: number };
  if (version > migrations.length) throw storageErrorOf("newer", path);
  for (const [index, step] of migrations.entries()) {
    if (index >= version) sqlite.exec(`begin immediate; ${step} pragma user_version = ${index + 1}; commit`);
  }
}

interface Chunk {
  readonly first: number;
  readonly count: number;
  readonly events: string;
}

/** Which documents of a collection are wanted. */
interface Query {
  readonly labels: readonly string[] | undefined;
  readonly owner: string | undefined;
  readonly after: number;
  readonly limit: number;
}

const SQL = {
  begin: "begin immediate",
  commit: "commit",
  log: "insert into journal (changes) values (?)",
  put: `insert into document (collection, id, label, owner, body) values (?, ?, ?, ?, ?)
        on conflict (collection, id) do update
        set label = excluded.label, owner = excluded.owner, body = excluded.body`,
  remove: "delete from document where collection = ? and id = ?",
  get: "select label, owner, body from document where collection = ? and id = ?",
  list: `select id, position, label, body from document where collection = ? and position > ?
         order by position limit ?`,
  listByLabel: `select id, position, label, body from document where collection = ?
                and label in (select value from json_each(?)) and position > ? order by position limit ?`,
  listByOwner: `select id, position, label, body from document where collection = ? and owner = ?
                and position > ? order by position limit ?`,
  listByBoth: `select id, position, label, body from document where collection = ? and owner = ?
               and +label in (select value from json_each(?)) and position > ? order by position limit ?`,
  count: `select count(*) as documents from document where collection = ?
          and label in (select value from json_each(?))`,
  chunk: "select first, count, events from chunk where stream = ? and first <= ? order by first desc limit 1",
  last: "select first + count as next from chunk where stream = ? order by first desc limit 1",
  addChunk: "insert into chunk (stream, first, count, events) values (?, ?, ?, ?)",
  truncate: "delete from chunk where stream = ?1 and first < ?2 and first + count <= ?2",
  clearJournal: "delete from journal",
} as const;

function prepare(sqlite: DatabaseSyncInstance): Readonly<Record<keyof typeof SQL, StatementSyncInstance>> {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, sqlite.prepare(sql)]);
  return Object.fromEntries(prepared) as Record<keyof typeof SQL, StatementSyncInstance>;
}
