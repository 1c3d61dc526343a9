/**
 * What a service keeps. Two shapes are enough: documents, found by collection and id, and streams of events, numbered
 * from 0 without a gap. A database other than SQLite goes behind the same interface.
 */
export interface Storage {
  /** Where it is, for people: a file's path. */
  readonly location: string;
  /**
   * All of a change or none of it. What was committed when the promise resolves survives the death of the process and
   * of the machine. Changes take effect in the order of the calls.
   * @throws StorageError; every change that was waiting then fails too, so that no stream ever has a gap
   */
  commit(change: Change): Promise<void>;
  /** @throws StorageError */
  get<Body>(collection: string, id: string): Promise<StoredDocument<Body> | undefined>;
  /** Documents of a collection, oldest first. @throws StorageError */
  list<Body>(collection: string, query: DocumentQuery): Promise<ListedDocument<Body>[]>;
  /** How many documents of a collection have one of these labels. @throws StorageError */
  count(collection: string, labels: readonly string[]): Promise<number>;
  /** Up to `limit` events from a number on, as they were appended. @throws StorageError */
  events<Event>(stream: string, from: number, limit: number): Promise<Event[]>;
  /** How many events a stream has, which is the number of the next one. @throws StorageError */
  length(stream: string): Promise<number>;
  /** Commits what waits, and lets go of the database. May be called twice. */
  close(): Promise<void>;
}

export interface Change {
  readonly append?: readonly Append[];
  readonly put?: readonly Document[];
  readonly remove?: readonly DocumentKey[];
  readonly truncate?: readonly Truncation[];
}

/** An event with its number. The caller, the only writer of the stream, counts. */
export interface Append {
  readonly stream: string;
  readonly seq: number;
  /** JSON. */
  readonly event: unknown;
}

/**
 * Events at the beginning of a stream that are not wanted any more. Events lie together in larger parts, which go as
 * soon as all of one is before the number. A stream that has lost all its events is as if it had never been.
 */
export interface Truncation {
  readonly stream: string;
  /** The number of the first event that has to stay. */
  readonly before: number;
}

export interface DocumentKey {
  readonly collection: string;
  readonly id: string;
}

/** A document as it shall be from now on; it keeps its place in the collection. */
export interface Document extends DocumentKey {
  /** What the collection can be searched for, such as a state. */
  readonly label?: string | undefined;
  /** To what it belongs, such as an instance; it can be searched for too. */
  readonly owner?: string | undefined;
  /** JSON. */
  readonly body: unknown;
}

export interface StoredDocument<Body = unknown> {
  readonly id: string;
  readonly label: string | undefined;
  readonly body: Body;
}

export interface ListedDocument<Body = unknown> extends StoredDocument<Body> {
  /** Its place among all documents: those that were made later have greater numbers. */
  readonly position: number;
}

export interface DocumentQuery {
  readonly limit: number;
  /** Only documents with one of these labels. */
  readonly labels?: readonly string[];
  /** Only documents of this owner. */
  readonly owner?: string | undefined;
  /** Only documents whose position is greater. */
  readonly after?: number;
}

/**
 * `locked`: another process has the database. `full`: no space is left. `corrupt`: it is damaged, or no database at all.
 * `newer`: a later version of this program wrote it. `unwritable`: the folder or file cannot be opened or written.
 * `failed`: anything else.
 */
export type StorageErrorCode = "locked" | "full" | "corrupt" | "newer" | "unwritable" | "failed";

/** The database cannot do what it was asked. The message says which file, what is wrong and what to do. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  constructor(
    readonly code: StorageErrorCode,
    message: string,
  ) {
    super(message);
  }
}
