/** Something that holds written bytes back until it is told to let them go. */
export interface Held {
  flush(): void;
}

/**
 * Lets many sockets go in one turn of the event loop, so that each writes what it was given meanwhile at once: the
 * system call costs more than the frames.
 */
export class Gatherer {
  #next: Held[] = [];
  #later: Held[] = [];

  /** @param delay milliseconds that `afterDelay` holds a socket back, at most */
  constructor(readonly delay: number) {}

  /** When the current turn is over. */
  afterTurn(held: Held): void {
    if (this.#next.push(held) === 1) setImmediate(() => (this.#next = flushed(this.#next)));
  }

  afterDelay(held: Held): void {
    if (this.#later.push(held) === 1) setTimeout(() => (this.#later = flushed(this.#later)), this.delay);
  }
}

function flushed(all: readonly Held[]): Held[] {
  for (const held of all) held.flush();
  return [];
}
