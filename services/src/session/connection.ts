import type { KnownEvent } from "./event.js";
import type { KeptSession } from "./kept-session.js";
import type { Cursor, Participant, Place } from "./participant.js";

/** Milliseconds after which a socket that was sent something is asked whether it has come. */
const CONFIRM_MS = 1000;

/** Where a connection's events go; a channel of the server kit is one. */
export interface Sink {
  /** Sends at once, where the other side keeps up; false: it has to be sent with `send`. */
  trySend(event: KnownEvent): boolean;
  /** Resolves when the other side keeps up; rejects when it is gone. */
  send(event: KnownEvent): Promise<void>;
  /** Has all of it come? Resolves with the closing at the latest. */
  received(): Promise<boolean>;
  close(code: number, reason: string): void;
  /** Settles when it is closed, by whichever side. */
  readonly closed: Promise<unknown>;
}

/** Who wants to know how far an agent has come. */
export interface Progress {
  moved(kept: KeptSession, participant: Participant): void;
}

/** How far a socket was sent the events of a session. */
interface Sent {
  readonly kept: KeptSession;
  readonly participant: Participant;
  readonly place: Place;
}

/**
 * One socket of an agent. It reads the sessions' own events, each at its own place, and so needs no queue: what a
 * slow client has not taken waits where it is kept anyway, and what was missed is sent in the same way as what is new.
 */
export class Connection {
  /** Settles when the socket has closed; rejects when that was because an event could not be read or sent. */
  readonly done: Promise<void>;
  /** How far this socket is, by the agent's cursor: one that is new goes with a new place. */
  readonly #places = new WeakMap<Cursor, Place>();
  /** What was sent and may be on its way, or lost with the socket; made when there is some. */
  #unconfirmed: Map<Cursor, Sent> | undefined;
  #confirming: NodeJS.Timeout | undefined;
  /** The question that is under way. */
  #asking: Promise<void> | undefined;
  /** Sessions in which there is more than could be sent at once; made when there are some, as most sockets are idle. */
  #pending: Set<KeptSession> | undefined;
  #sending = false;
  /** What kept it from sending. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    readonly handle: string,
    /** The token it was opened with, as its hash. */
    readonly tokenHash: string,
    private readonly sink: Sink,
    private readonly progress: Progress,
  ) {
    this.done = sink.closed.then(() => this.#end());
  }

  /** Goes on in a session where the agent is. */
  begin(kept: KeptSession): void {
    const { cursor } = kept.session.participant(this.handle);
    this.#places.set(cursor, cursor.place);
    this.notify(kept);
  }

  /** There may be something new in a session. */
  notify(kept: KeptSession): void {
    try {
      if (!this.#sending && this.#catchUp(kept)) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#pending ??= new Set();
    this.#pending.add(kept);
    if (this.#sending) return;
    this.#sending = true;
    void this.#send(this.#pending);
  }

  close(code: number, reason: string): void {
    this.sink.close(code, reason);
  }

  /** Finds out whether what was sent has come; what has, the agent has got. */
  async confirm(): Promise<void> {
    clearTimeout(this.#confirming);
    this.#confirming = undefined;
    const unconfirmed = this.#unconfirmed;
    this.#unconfirmed = undefined;
    // Answers come in the order of the questions, so the last one is enough to wait for.
    if (!unconfirmed) return await this.#asking;
    const asking = this.#ask(unconfirmed);
    this.#asking = asking;
    await asking;
    if (this.#asking === asking) this.#asking = undefined;
  }

  async #ask(unconfirmed: ReadonlyMap<Cursor, Sent>): Promise<void> {
    if (!(await this.sink.received())) return;
    for (const [cursor, { kept, participant, place }] of unconfirmed) {
      if (cursor.place.at >= place.at) continue;
      cursor.place = place;
      this.progress.moved(kept, participant);
    }
  }

  /** Sends what waits, at the pace of the other side. */
  async #send(pending: Set<KeptSession>): Promise<void> {
    try {
      for (const kept of pending) {
        // First, so that what comes meanwhile has it looked at again.
        pending.delete(kept);
        await this.#deliver(kept);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#sending = false;
  }

  async #deliver(kept: KeptSession): Promise<void> {
    while (!this.#catchUp(kept)) {
      const next = this.#next(kept);
      if (next === undefined) return;
      for (const event of await kept.log.read(next.sequence)) {
        // Meanwhile its standing may have changed, and with it what comes next.
        if (this.#next(kept)?.sequence !== event.sequence) break;
        if (!this.sink.trySend(event)) await this.sink.send(event);
        this.#reached(kept, next.participant, event.sequence);
      }
    }
  }

  /** Sends what is in memory, as long as the other side keeps up; true when that was all. */
  #catchUp(kept: KeptSession): boolean {
    for (;;) {
      const next = this.#next(kept);
      if (next === undefined || next.sequence > kept.log.length) return true;
      const event = kept.log.recent(next.sequence);
      if (event === undefined || !this.sink.trySend(event)) return false;
      this.#reached(kept, next.participant, event.sequence);
    }
  }

  /** Over, also when there is more: who missed something gets it on the next connection. Others are not held up. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#sending = true;
    this.sink.close(1011, "what was missed could not be sent");
  }

  async #end(): Promise<void> {
    await this.confirm();
    if (this.#failure) throw this.#failure.error;
  }

  /** What the agent may hear next on this socket. */
  #next({ session }: KeptSession): { participant: Participant; sequence: number } | undefined {
    if (!session.has(this.handle)) return undefined;
    const participant = session.participant(this.handle);
    const { at, got } = this.#placeWith(participant.cursor);
    let sequence = participant.next(at);
    while (sequence !== undefined && got.includes(sequence)) sequence = participant.next(sequence);
    return sequence === undefined ? undefined : { participant, sequence };
  }

  #reached(kept: KeptSession, participant: Participant, sequence: number): void {
    const { cursor } = participant;
    const place = { at: sequence, got: this.#placeWith(cursor).got };
    this.#places.set(cursor, place);
    this.#unconfirmed ??= new Map();
    this.#unconfirmed.set(cursor, { kept, participant, place });
    this.#confirming ??= setTimeout(() => void this.confirm(), CONFIRM_MS).unref();
  }

  #placeWith(cursor: Cursor): Place {
    let place = this.#places.get(cursor);
    if (!place) {
      place = cursor.start((before) => this.#placeWith(before));
      this.#places.set(cursor, place);
    }
    return place;
  }
}
