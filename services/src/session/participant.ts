import type { ParticipantStatus, Participant as ParticipantView } from "@agentwire/models/session";

export type Status = Extract<ParticipantStatus, "invited" | "joined" | "left">;

/** A place in the events of a session, for one who goes through them. */
export interface Place {
  /** The sequence of the last event that it has got. */
  readonly at: number;
  /** Later ones that it has got already, as they were for it alone. */
  readonly got: readonly number[];
}

/** How far an agent has come with the events of a session; a new one when it joins, as it then gets more of them. */
export interface Cursor {
  /** What the agent has surely received on one of its connections. */
  place: Place;
  /** Where connections begin that were there before the cursor, from where they were with the one before it. */
  readonly start: (before: (cursor: Cursor) => Place) => Place;
  /** How many cursors before it that may ask for. */
  readonly depth: number;
}

/** Joins that a connection may be behind. One that is further behind begins anew: it may hear something twice. */
const MAX_DEPTH = 16;

const THE_START: Place = { at: 0, got: [] };

/** A participant as it is kept. */
export interface ParticipantRecord {
  readonly session: string;
  readonly handle: string;
  readonly status: Status;
  readonly knows_until: number;
  readonly extra: readonly number[];
  readonly joined_at?: number | undefined;
  readonly left_at?: number | undefined;
  readonly cursor: Place;
}

const NEW: Omit<ParticipantRecord, "session" | "handle"> = {
  status: "invited",
  knows_until: 0,
  extra: [],
  cursor: { at: 0, got: [] },
};

/** An agent in a session, or one that was in it, and what it may see there. */
export class Participant {
  readonly handle: string;
  #status: Status;
  /** It was joined until here, so it may see everything up to here. */
  #knowsUntil: number;
  /** Sequences after that which it may see all the same: its invitations, and ends that it was invited to. */
  #extra: number[];
  #joinedAt: number | undefined;
  #leftAt: number | undefined;
  #cursor: Cursor;

  constructor(
    private readonly session: string,
    handle: string,
    kept: Omit<ParticipantRecord, "session" | "handle"> = NEW,
  ) {
    this.handle = handle;
    this.#status = kept.status;
    this.#knowsUntil = kept.knows_until;
    this.#extra = [...kept.extra];
    this.#joinedAt = kept.joined_at;
    this.#leftAt = kept.left_at;
    this.#cursor = { place: kept.cursor, start: () => kept.cursor, depth: 0 };
  }

  get status(): Status {
    return this.#status;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** Changes its standing, from the event after `sequence` on. */
  become(status: Status, sequence: number, now: number): void {
    if (status === "joined") {
      this.#cursor = this.#fromTheStart();
      this.#joinedAt = now;
      this.#leftAt = undefined;
    } else if (this.#status === "joined") {
      this.#knowsUntil = sequence;
      this.#extra = [];
    }
    if (status === "left") this.#leftAt = now;
    this.#status = status;
  }

  /** Lets it see an event that its standing alone would not. */
  show(sequence: number): void {
    if (this.#status !== "joined") this.#extra.push(sequence);
  }

  /** The next event after one that it may see; whether there is such an event yet is not known here. */
  next(sequence: number): number | undefined {
    if (this.#status === "joined" || sequence < this.#knowsUntil) return sequence + 1;
    return this.#extra.find((extra) => extra > sequence);
  }

  view(): ParticipantView {
    return {
      handle: this.handle,
      status: this.status,
      ...(this.#joinedAt === undefined ? {} : { joined_at: this.#joinedAt }),
      ...(this.#leftAt === undefined ? {} : { left_at: this.#leftAt }),
    };
  }

  record(): ParticipantRecord {
    return {
      session: this.session,
      handle: this.handle,
      status: this.#status,
      knows_until: this.#knowsUntil,
      extra: this.#extra,
      joined_at: this.#joinedAt,
      left_at: this.#leftAt,
      cursor: this.#cursor.place,
    };
  }

  /** Who joins gets the session from its start, except what it has got already. */
  #fromTheStart(): Cursor {
    const before = this.#cursor;
    const [dense, extra] = [this.#knowsUntil, [...this.#extra]];
    const from = ({ at, got }: Place): Place => {
      const start = Math.min(at, dense);
      const alone = extra.filter((sequence) => sequence <= at);
      return { at: start, got: [...got, ...alone].filter((sequence) => sequence > start) };
    };
    const place = from(before.place);
    // Whoever joins and leaves without end does not get to fill our memory with the cursors of before.
    if (before.depth === MAX_DEPTH) return { place, start: () => THE_START, depth: 0 };
    return { place, start: (placeWith) => from(placeWith(before)), depth: before.depth + 1 };
  }
}
