import type { DocumentVersion, Row } from "./protocol.js";

/** Events of one stream that follow each other. */
export interface EventRun {
  readonly stream: string;
  readonly first: number;
  readonly events: readonly string[];
}

/** What becomes of a document: its latest version, or that it is removed. */
export type DocumentChange =
  | ({ readonly kind: "put"; readonly collection: string; readonly id: string } & DocumentVersion)
  | { readonly kind: "remove"; readonly collection: string; readonly id: string };

interface GrowingRun extends EventRun {
  readonly events: string[];
}

/** The changes that are in the journal and have not settled yet, arranged so that they can be read without a search. */
export class Tail {
  readonly #streams = new Map<string, GrowingRun>();
  readonly #documents = new Map<string, DocumentChange>();
  #rows = 0;
  #characters = 0;

  /** Is it time to settle? A bound on memory, and on the work of one settlement. */
  get isLong(): boolean {
    return this.#rows >= 8192 || this.#characters >= 4 * 1024 * 1024;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  get hasDocuments(): boolean {
    return this.#documents.size > 0;
  }

  push(...[kind, place, key, label, body]: Row): void {
    this.#rows += 1;
    this.#characters += body?.length ?? 0;
    if (kind === "append") this.#append(place, Number(key), body ?? "");
    else if (kind === "put") this.#change({ kind, collection: place, id: String(key), label, body: body ?? "" });
    else this.#change({ kind, collection: place, id: String(key) });
  }

  /** The number of the stream's next event; undefined when none of its events is here. */
  next(stream: string): number | undefined {
    const run = this.#streams.get(stream);
    return run && run.first + run.events.length;
  }

  /** Up to `limit` events from a number on. */
  read(stream: string, from: number, limit: number): readonly string[] {
    const run = this.#streams.get(stream);
    if (!run) return [];
    const start = Math.max(0, from - run.first);
    return run.events.slice(start, start + limit);
  }

  document(collection: string, id: string): DocumentChange | undefined {
    return this.#documents.get(keyOf(collection, id));
  }

  runs(): Iterable<EventRun> {
    return this.#streams.values();
  }

  /** In the order in which they are to be made. */
  changes(): Iterable<DocumentChange> {
    return this.#documents.values();
  }

  clear(): void {
    this.#streams.clear();
    this.#documents.clear();
    this.#rows = 0;
    this.#characters = 0;
  }

  #append(stream: string, seq: number, event: string): void {
    const run = this.#streams.get(stream);
    if (run) run.events.push(event);
    else this.#streams.set(stream, { stream, first: seq, events: [event] });
  }

  /** A document keeps its place among the others when it changes, and loses it when it is removed. */
  #change(change: DocumentChange): void {
    const key = keyOf(change.collection, change.id);
    if (this.#documents.get(key)?.kind === "remove" || change.kind === "remove") this.#documents.delete(key);
    this.#documents.set(key, change);
  }
}

function keyOf(collection: string, id: string): string {
  return `${collection}\0${id}`;
}
