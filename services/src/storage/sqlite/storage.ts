import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Change, DocumentQuery, ListedDocument, Storage, StoredDocument } from "../storage.js";
import { StorageError } from "../storage.js";
import { type EncodedChange, encode } from "./changes.js";
import { storageErrorOf } from "./errors.js";
import type { DocumentRow, DocumentVersion } from "./protocol.js";
import { DatabaseThread } from "./thread.js";

/** What one transaction may weigh, unless a single change is more: others may want to read in between. */
const MAX_WEIGHT = 4096;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Transactions under way at a time, and changes that are worth another one while there are some. */
const MAX_UNDER_WAY = 2;
const ENOUGH = 32;

/** The path of a database that is in memory only, and gone when it is closed. */
export const IN_MEMORY = ":memory:";

let databases = 0;

/**
 * Opens a SQLite file, and makes it and its folder where they do not exist.
 * @throws StorageError
 */
export async function openSqlite(path: string): Promise<Storage> {
  if (path !== IN_MEMORY) makeFolder(path);
  const thread = DatabaseThread.use();
  const database = databases++;
  try {
    await thread.ask({ kind: "open", database, path });
  } catch (error) {
    await thread.release();
    throw error;
  }
  return new SqliteStorage(path, database, thread);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw storageErrorOf("unwritable", path, (error as Error).message);
  }
}

/** A change that waits for its transaction. */
interface Waiting extends EncodedChange {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Group commit: what is asked for while transactions are under way goes into the next one, all together. A few are under
 * way at a time, so that neither this thread nor that of the databases waits for the other.
 */
class SqliteStorage implements Storage {
  #waiting: Waiting[] = [];
  #sendsSoon = false;
  #wasAlone = true;
  readonly #underWay = new Set<Promise<void>>();
  /** Counts failures: what was sent before the last one, and is not done yet, is refused. */
  #era = 0;
  #closing: Promise<void> | undefined;

  constructor(
    readonly location: string,
    private readonly database: number,
    private readonly thread: DatabaseThread,
  ) {}

  commit(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closing) return reject(closed(this.location));
      const { text, weight } = encode(change);
      this.#waiting.push({ text, weight, resolve, reject });
      if (this.#waiting.length === ENOUGH) queueMicrotask(this.#send);
      else this.#sendSoon();
    });
  }

  async get<Body>(collection: string, id: string): Promise<StoredDocument<Body> | undefined> {
    const found = await this.#ask({ kind: "get", database: this.database, collection, id });
    const version = found as DocumentVersion | undefined;
    return version && { id, label: version.label ?? undefined, body: JSON.parse(version.body) as Body };
  }

  async list<Body>(collection: string, query: DocumentQuery): Promise<ListedDocument<Body>[]> {
    const { labels, owner, after = 0, limit } = query;
    const rows = await this.#ask({ kind: "list", database: this.database, collection, labels, owner, after, limit });
    return (rows as DocumentRow[]).map((row) => documentOf<Body>(row));
  }

  async count(collection: string, labels: readonly string[]): Promise<number> {
    return (await this.#ask({ kind: "count", database: this.database, collection, labels })) as number;
  }

  async events<Event>(stream: string, from: number, limit: number): Promise<Event[]> {
    const texts = await this.#ask({ kind: "events", database: this.database, stream, from, limit });
    return (texts as string[]).map((text) => JSON.parse(text) as Event);
  }

  async length(stream: string): Promise<number> {
    return (await this.#ask({ kind: "length", database: this.database, stream })) as number;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.#waiting.length > 0 || this.#underWay.size > 0) await Promise.race([...this.#underWay, nextTurn()]);
    try {
      await this.thread.ask({ kind: "close", database: this.database });
    } finally {
      await this.thread.release();
    }
  }

  #ask(question: Parameters<DatabaseThread["ask"]>[0]): Promise<unknown> {
    if (this.#closing) return Promise.reject(closed(this.location));
    return this.thread.ask(question);
  }

  /**
   * So that all that this turn of the event loop asks for is in the same transaction: each costs as much as many changes.
   * A change that was alone the last time is likely to be alone again, and waits for no others.
   */
  #sendSoon(): void {
    if (this.#sendsSoon) return;
    this.#sendsSoon = true;
    if (this.#wasAlone) queueMicrotask(this.#sendNow);
    else setImmediate(this.#sendNow);
  }

  readonly #sendNow = (): void => {
    this.#sendsSoon = false;
    this.#send();
  };

  /** Sends what waits, unless it had better wait for more. */
  readonly #send = (): void => {
    while (this.#waiting.length > 0 && this.#underWay.size < MAX_UNDER_WAY) {
      if (this.#underWay.size > 0 && this.#waiting.length < ENOUGH) return;
      const group = this.#commitGroup(this.#takeGroup());
      this.#underWay.add(group);
      void group.then(() => {
        this.#underWay.delete(group);
        if (this.#waiting.length > 0) this.#sendSoon();
      });
    }
  };

  /** Never rejects: each change hears for itself. */
  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    let text = "";
    let weight = 0;
    for (const change of group) {
      text += change.text;
      weight += change.weight;
    }
    const era = this.#era;
    try {
      await this.thread.ask({ kind: "commit", database: this.database, text, weight, era });
      for (const { resolve } of group) resolve();
    } catch (error) {
      // Later changes may build on these, such as the next events of a stream. Those on their way are refused there.
      if (era === this.#era) this.#era += 1;
      for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
    }
  }

  #takeGroup(): Waiting[] {
    let sum = 0;
    let characters = 0;
    const end = this.#waiting.findIndex(({ text, weight }) => {
      sum += weight;
      characters += text.length;
      return sum > MAX_WEIGHT || characters > MAX_CHARACTERS;
    });
    const group = this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(1, end));
    this.#wasAlone = group.length === 1;
    return group;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function documentOf<Body>({ id, position, label, body }: DocumentRow): ListedDocument<Body> {
  return { id, position, label: label ?? undefined, body: JSON.parse(body) as Body };
}

function closed(location: string): StorageError {
  return new StorageError("failed", `the database ${location} is closed`);
}
