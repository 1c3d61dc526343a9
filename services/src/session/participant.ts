import type { ParticipantStatus, Participant as ParticipantView } from "@agentwire/models/session";

export type Status = Extract<ParticipantStatus, "invited" | "joined" | "left">;

/** How far an agent has come with the events of a session. */
export interface Cursor {
  /** The sequence of the last event it has got on any of its connections. */
  at: number;
  /** What it was at first: where connections begin that were there before the cursor. */
  readonly start: number;
  /** Later ones that it has got already, as they were for it alone. */
  readonly got: readonly number[];
}

/** A participant as it is kept. */
export interface ParticipantRecord {
  readonly session: string;
  readonly handle: string;
  readonly status: Status;
  readonly knows_until: number;
  readonly extra: readonly number[];
  readonly joined_at?: number | undefined;
  readonly left_at?: number | undefined;
  readonly cursor: Pick<Cursor, "at" | "got">;
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
    this.#cursor = newCursor(kept.cursor.at, kept.cursor.got);
  }

  get status(): Status {
    return this.#status;
  }

  /** How far it has come on its connections. */
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
      cursor: { at: this.#cursor.at, got: this.#cursor.got },
    };
  }

  /** Who joins gets the session from its start, except what it has got already. */
  #fromTheStart(): Cursor {
    const { at, got } = this.#cursor;
    const start = Math.min(at, this.#knowsUntil);
    const alone = this.#extra.filter((sequence) => sequence <= at);
    return newCursor(
      start,
      [...got, ...alone].filter((sequence) => sequence > start),
    );
  }
}

function newCursor(at: number, got: readonly number[]): Cursor {
  return { at, start: at, got };
}
