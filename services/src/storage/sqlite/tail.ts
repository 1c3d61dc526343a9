/** Events of one stream that follow each other. */
interface Run {
  readonly first: number;
  readonly events: string[];
}

/** The events that are in the journal and not settled yet, by stream, so that they can be read without a search. */
export class Tail {
  readonly #streams = new Map<string, Run>();
  #events = 0;
  #characters = 0;

  /** Is it time to settle? A bound on memory, and on the work of one settlement. */
  get isLong(): boolean {
    return this.#events >= 8192 || this.#characters >= 4 * 1024 * 1024;
  }

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  push(stream: string, seq: number, event: string): void {
    const run = this.#streams.get(stream);
    if (run) run.events.push(event);
    else this.#streams.set(stream, { first: seq, events: [event] });
    this.#events += 1;
    this.#characters += event.length;
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

  /** Takes the runs of all streams. */
  *runs(): Generator<Run & { readonly stream: string }> {
    for (const [stream, { first, events }] of this.#streams) yield { stream, first, events };
  }

  clear(): void {
    this.#streams.clear();
    this.#events = 0;
    this.#characters = 0;
  }
}
