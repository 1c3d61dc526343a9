import type {
  InitialMessage,
  MessageAccepted,
  NewMessage,
  SessionMessage,
  SessionView,
} from "@agentwire/models/session";
import { newId } from "../shared/ids.js";
import type { EventContent, KnownEvent } from "./event.js";
import { Participant } from "./participant.js";
import { refuse } from "./refusal.js";

/**
 * One session: who is in it, and a gapless course of events from 1 on. Every change is an event, made in the same
 * step. Who may be invited is not decided here; the handles that come in are those that can be reached.
 */
export class Session {
  readonly id = newId("sess");
  readonly events: KnownEvent[] = [];
  readonly #participants = new Map<string, Participant>();
  readonly #createdAt: number;
  #endedAt: number | undefined;
  /** It was ended as it was created, so those it invited have no other way to answer than to reopen it. */
  #sentAndEnded = false;

  constructor(
    creator: string,
    readonly topic: string | undefined,
    private readonly now: () => number,
  ) {
    this.#createdAt = now();
    this.#participantFor(creator).become("joined", 0, this.#createdAt);
  }

  get active(): boolean {
    return this.#endedAt === undefined;
  }

  get participants(): Participant[] {
    return [...this.#participants.values()];
  }

  /** @throws Problem `not_found` for an agent that is not and never was in the session */
  participant(handle: string): Participant {
    const participant = this.#participants.get(handle);
    if (!participant) throw refuse.notFound();
    return participant;
  }

  has(handle: string): boolean {
    return this.#participants.has(handle);
  }

  /** Takes care that a later agent of the same handle has nothing to do with what this one was in. */
  forget(handle: string): void {
    this.putOut(handle, "left");
    this.#participants.delete(handle);
  }

  /** The first invitations and the first message, before anybody else can know of the session. */
  begin(
    creator: string,
    invite: readonly string[],
    message: InitialMessage | undefined,
    end: boolean,
  ): number | undefined {
    // The invitations of a session that is ended at once carry the message, which comes after them.
    const first = message && this.#message(creator, message, this.#last + invite.length + 1);
    for (const invitee of invite) this.#invite(invitee, creator, end ? first : undefined);
    if (first) this.#append({ type: "session.message", payload: first });
    if (end) {
      this.#end(creator);
      this.#sentAndEnded = true;
    }
    return first?.sequence;
  }

  join(handle: string): void {
    const participant = this.participant(handle);
    this.#refuseEnded();
    if (participant.status === "joined") return;
    if (participant.status === "left") throw refuse.notInvited();
    participant.become("joined", this.#last, this.now());
    this.#append({ type: "session.joined", payload: { agent: handle } });
  }

  /** Who may be invited by the caller: checks the caller, not those. */
  checkInviter(handle: string): void {
    this.#checkSpeaker(handle);
  }

  /** Invites those who are not invited or in already, and says whom. */
  invite(by: string, handles: readonly string[]): string[] {
    const wanted = [...new Set(handles)].filter((handle) => {
      const status = this.#participants.get(handle)?.status;
      return status === undefined || status === "left";
    });
    for (const invitee of wanted) this.#invite(invitee, by);
    return wanted;
  }

  send(sender: string, { idempotency_key: key, ...message }: NewMessage): MessageAccepted {
    const { keys } = this.#checkSpeaker(sender);
    const known = key === undefined ? undefined : keys.get(key);
    if (known) return known;
    const payload = this.#message(sender, message, this.#last + 1);
    this.#append({
      type: "session.message",
      payload: key === undefined ? payload : { ...payload, idempotency_key: key },
    });
    const accepted = { message_id: payload.id, sequence: payload.sequence };
    if (key !== undefined) keys.set(key, accepted);
    return accepted;
  }

  leave(handle: string): void {
    this.#checkSpeaker(handle);
    this.putOut(handle, "left");
  }

  end(handle: string): void {
    this.#checkSpeaker(handle);
    this.#end(handle);
  }

  /** @param reach those who may be invited, of everybody who was in and whoever is named besides */
  reopen(
    handle: string,
    others: readonly string[],
    reach: (handle: string) => boolean,
    message?: InitialMessage,
  ): void {
    const caller = this.participant(handle);
    if (this.active) throw refuse.active();
    const may = caller.status === "joined" || (caller.status === "invited" && this.#sentAndEnded);
    if (!may) throw refuse.notJoined();
    this.#endedAt = undefined;
    this.#sentAndEnded = false;
    if (caller.status !== "joined") caller.become("joined", this.#last, this.now());
    this.#append({ type: "session.reopened", payload: { reopened_by: handle } });
    // All at once, before the invitations: nobody who was in sees those of the others.
    const before = this.participants.filter((participant) => participant !== caller);
    const reopened = this.#last;
    for (const participant of before)
      participant.become(reach(participant.handle) ? "invited" : "left", reopened, this.now());
    const invite = new Set([...before.map((participant) => participant.handle), ...others]);
    for (const invitee of invite) if (invitee !== handle && reach(invitee)) this.#invite(invitee, handle);
    if (message) this.#append({ type: "session.message", payload: this.#message(handle, message, this.#last + 1) });
  }

  /** Puts a participant out of an active session; when nobody remains, the session ends. */
  putOut(handle: string, reason: "left" | "grace_expired"): void {
    const participant = this.#participants.get(handle);
    if (!this.active || participant?.status !== "joined") return;
    this.#append({ type: "session.left", payload: { agent: handle, reason } });
    participant.become("left", this.#last, this.now());
    if (!this.participants.some(({ status }) => status === "joined")) this.#end();
  }

  /** Puts out whom the other has blocked. A session that was only of the two ends. */
  separate(blocker: string, blocked: string): void {
    const joined = (handle: string): boolean => this.#participants.get(handle)?.status === "joined";
    if (!this.active || !joined(blocker) || !joined(blocked)) return;
    this.putOut(blocked, "left");
    if (this.participants.filter(({ status }) => status === "joined").length === 1) this.#end();
  }

  /** Says that a participant has lost its connections, or has one again. */
  presence(handle: string, type: "session.disconnected" | "session.reconnected"): void {
    this.#append({ type, payload: { agent: handle } });
  }

  view(): SessionView {
    return {
      id: this.id,
      state: this.active ? "active" : "ended",
      ...(this.topic === undefined ? {} : { topic: this.topic }),
      participants: this.participants.map((participant) => participant.view()),
      created_at: this.#createdAt,
      ...(this.#endedAt === undefined ? {} : { ended_at: this.#endedAt }),
    };
  }

  get #last(): number {
    return this.events.length;
  }

  /** Membership, then the state, then the standing: an outsider must not learn whether a session has ended. */
  #checkSpeaker(handle: string): Participant {
    const participant = this.participant(handle);
    this.#refuseEnded();
    if (participant.status !== "joined") throw refuse.notJoined();
    return participant;
  }

  #refuseEnded(): void {
    if (!this.active) throw refuse.ended();
  }

  #participantFor(handle: string): Participant {
    const known = this.#participants.get(handle);
    if (known) return known;
    const participant = new Participant(handle);
    this.#participants.set(handle, participant);
    return participant;
  }

  #invite(invitee: string, by: string, message?: SessionMessage): void {
    this.#participantFor(invitee).become("invited", this.#last, this.now());
    const topic = this.topic === undefined ? {} : { topic: this.topic };
    const initial = message === undefined ? {} : { initial_message: message };
    this.#append({ type: "session.invited", payload: { invitee, by, ...topic, ...initial } });
  }

  #end(by?: string): void {
    this.#append({ type: "session.ended", payload: by === undefined ? {} : { ended_by: by } });
    this.#endedAt = this.now();
  }

  #message(sender: string, message: InitialMessage, sequence: number): SessionMessage {
    return { id: newId("msg"), session_id: this.id, sender, sequence, ...message, created_at: this.now() };
  }

  #append(content: EventContent): void {
    const place = { session_id: this.id, event_id: newId("evt"), sequence: this.#last + 1, created_at: this.now() };
    this.events.push({ ...content, ...place } as KnownEvent);
  }
}
