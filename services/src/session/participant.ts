import type { MessageAccepted, Participant as ParticipantView } from "@agentwire/models/session";
import type { KnownEvent } from "./event.js";

export type Status = "invited" | "joined" | "left";

/** How far an agent has come with the events of a session. A new one means: from the start. */
export interface Cursor {
  at: number;
}

/** An agent in a session, or one that was in it. */
export class Participant {
  /** How far it has come on its connections. Joining begins anew, because it brings the whole session. */
  cursor: Cursor = { at: 0 };
  /** The answers it got for its idempotency keys; never forgotten. */
  readonly keys = new Map<string, MessageAccepted>();
  /** It was joined until here, so it may know everything up to here. */
  #knowsUntil = 0;
  /** Every standing it has had, and the sequence after which it had it. */
  readonly #standings: { readonly after: number; readonly status: Status }[] = [];
  #joinedAt: number | undefined;
  #leftAt: number | undefined;

  constructor(readonly handle: string) {}

  get status(): Status {
    return this.#standings.at(-1)?.status ?? "invited";
  }

  /** Changes its standing, from the event after `sequence` on. */
  become(status: Status, sequence: number, now: number): void {
    if (this.status === "joined") this.#knowsUntil = sequence;
    if (status === "joined") {
      this.#joinedAt = now;
      this.#leftAt = undefined;
      this.cursor = { at: 0 };
    }
    if (status === "left") this.#leftAt = now;
    this.#standings.push({ after: sequence, status });
  }

  /** May it see this event? Judged by its standing then, except that one that is in may see everything. */
  sees(event: KnownEvent): boolean {
    if (this.status === "joined" || event.sequence <= this.#knowsUntil) return true;
    if (event.type === "session.invited") return event.payload.invitee === this.handle;
    return event.type === "session.ended" && this.#statusAt(event.sequence) === "invited";
  }

  view(): ParticipantView {
    return {
      handle: this.handle,
      status: this.status,
      ...(this.#joinedAt === undefined ? {} : { joined_at: this.#joinedAt }),
      ...(this.#leftAt === undefined ? {} : { left_at: this.#leftAt }),
    };
  }

  #statusAt(sequence: number): Status | undefined {
    return this.#standings.findLast(({ after }) => after < sequence)?.status;
  }
}
