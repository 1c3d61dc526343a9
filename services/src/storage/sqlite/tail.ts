import { decode, type Head } from "./changes.js";
import type { DocumentVersion } from "./protocol.js";

/** Events of one stream that follow each other. */
export interface EventRun {
  readonly stream: string;
  readonly first: number;
  readonly events: readonly string[];
}

/** What becomes of a document: its latest version, or that it is removed. `anew`: it was removed before. */
export type DocumentChange =
  | ({ readonly kind: "put"; readonly collection: string; readonly id: string; anew?: boolean } & DocumentVersion)
  | { readonly kind: "remove"; readonly collection: string; readonly id: string };

interface GrowingRun extends EventRun {
  readonly events: string[];
}

/**
 * The changes that are in the journal and have not settled yet, arranged so that they can be read without a search. They
 * are arranged when somebody reads, or when they settle: most are never read before.
 */
export class Tail {
  /** Not arranged yet. */
  #texts: string[] = [];
  readonly #streams = new Map<string, GrowingRun>();
  readonly #documents = new Map<string, DocumentChange>();
  readonly #truncations = new Map<string, number>();
  #weight = 0;
  #characters = 0;

  /** Is it time to settle? A bound on memory, and on the work of one settlement. */
  get isLong(): boolean {
    return this.#weight >= 2048 || this.#characters >= 4 * 1024 * 1024;
  }

  get isEmpty(): boolean {
    return this.#characters === 0;
  }

  get hasDocuments(): boolean {
    this.#arrange();
    return this.#documents.size > 0;
  }

  push(text: string, weight: number): void {
    this.#texts.push(text);
    this.#weight += weight;
    this.#characters += text.length;
  }

  /** The number of the stream's next event; undefined when none of its events is here. */
  next(stream: string): number | undefined {
    this.#arrange();
    const run = this.#streams.get(stream);
    return run && run.first + run.events.length;
  }

  /** Up to `limit` events from a number on. */
  read(stream: string, from: number, limit: number): readonly string[] {
    this.#arrange();
    const run = this.#streams.get(stream);
    if (!run) return [];
    const start = Math.max(0, from - run.first);
    return run.events.slice(start, start + limit);
  }

  document(collection: string, id: string): DocumentChange | undefined {
    this.#arrange();
    return this.#documents.get(keyOf(collection, id));
  }

  runs(): Iterable<EventRun> {
    this.#arrange();
    return this.#streams.values();
  }

  /** In the order in which they are to be made. */
  changes(): Iterable<DocumentChange> {
    this.#arrange();
    return this.#documents.values();
  }

  /** The number before which settled events of a stream are gone; 0 for none. */
  truncatedBefore(stream: string): number {
    this.#arrange();
    return this.#truncations.get(stream) ?? 0;
  }

  /** Streams, and the number before which their settled events go. */
  truncations(): Iterable<readonly [stream: string, before: number]> {
    this.#arrange();
    return this.#truncations;
  }

  clear(): void {
    this.#texts = [];
    this.#streams.clear();
    this.#documents.clear();
    this.#truncations.clear();
    this.#weight = 0;
    this.#characters = 0;
  }

  #arrange(): void {
    if (this.#texts.length === 0) return;
    for (const text of this.#texts) decode(text, this.#take);
    this.#texts = [];
  }

  readonly #take = (head: Head, body: string): void => {
    if (head[0] === "append") this.#append(head[1], head[2], body);
    else if (head[0] === "truncate") this.#truncate(head[1], head[2]);
    else {
      const [kind, collection, id, label = null, owner = null] = head;
      this.#change(kind === "put" ? { kind, collection, id, label, owner, body } : { kind, collection, id });
    }
  };

  #append(stream: string, seq: number, event: string): void {
    const run = this.#streams.get(stream);
    if (run) run.events.push(event);
    else this.#streams.set(stream, { stream, first: seq, events: [event] });
  }

  /** Events that lie together go together: those here only all at once. */
  #truncate(stream: string, before: number): void {
    const run = this.#streams.get(stream);
    if (run && run.first + run.events.length <= before) this.#streams.delete(stream);
    this.#truncations.set(stream, Math.max(before, this.#truncations.get(stream) ?? 0));
  }

  /** A document keeps its place among the others when it changes, and loses it when it is removed. */
  #change(change: DocumentChange): void {
    const key = keyOf(change.collection, change.id);
    const before = this.#documents.get(key);
    if (before?.kind === "remove" || change.kind === "remove") this.#documents.delete(key);
    // Also when it changes again: the settled document of before has to go first.
    if (change.kind === "put" && (before?.kind === "remove" || before?.anew)) change.anew = true;
    this.#documents.set(key, change);
  }
}

function keyOf(collection: string, id: string): string {
  return `${collection}\0${id}`;
}
