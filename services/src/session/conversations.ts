import type {
  MessageAccepted,
  NewMessage,
  NewSession,
  Reopening,
  SessionCreated,
  SessionEventList,
  SessionView,
} from "@agentwire/models/session";
import type { DocumentKey, Storage } from "../storage/storage.js";
import { type Agent, canReach } from "./agent.js";
import { answerDocument, createdKey, sentKey } from "./documents.js";
import type { KnownEvent } from "./event.js";
import type { KeptSession } from "./kept-session.js";
import { refuse } from "./refusal.js";
import { Session } from "./session.js";
import type { SessionStore } from "./store.js";

/** The largest page, and the one that is given to who does not ask. */
const MAX_EVENTS = 1000;

/** What agents do with sessions. What is answered is durable. */
export class Conversations {
  /** Calls with an idempotency key that are under way, so that the same one is not done twice. */
  readonly #keyed = new Map<string, Promise<MessageAccepted | SessionCreated>>();

  constructor(
    private readonly store: SessionStore,
    private readonly storage: Storage,
    private readonly now: () => number,
  ) {}

  async create(caller: string, body: NewSession): Promise<SessionCreated> {
    const key = body.idempotency_key;
    if (key === undefined) return await this.#create(caller, body);
    return await this.#once(createdKey(this.#agent(caller), key), (answer) => this.#create(caller, body, answer));
  }

  /** The sessions that an agent is or was in, the one created first before the others. */
  async list(caller: string): Promise<SessionView[]> {
    return await Promise.all(this.store.sessionsOf(caller).map((kept) => kept.view()));
  }

  async view(caller: string, id: string): Promise<SessionView> {
    return await this.#session(caller, id).view();
  }

  async join(caller: string, id: string): Promise<void> {
    await this.#change(caller, id, (session) => session.join(caller));
  }

  async invite(caller: string, id: string, handles: readonly string[]): Promise<string[]> {
    const reachable = (handle: string): boolean => handle !== caller && this.#reaches(caller, handle);
    return await this.#change(caller, id, (session) => session.invite(caller, handles.filter(reachable)));
  }

  async send(caller: string, id: string, message: NewMessage): Promise<MessageAccepted> {
    const kept = this.#session(caller, id);
    const key = message.idempotency_key;
    if (key === undefined) return await this.#send(kept, caller, message);
    kept.current.checkSpeaker(caller);
    return await this.#once(sentKey(id, this.#agent(caller), key), (answer) =>
      this.#send(kept, caller, message, answer),
    );
  }

  async leave(caller: string, id: string): Promise<void> {
    await this.#change(caller, id, (session) => session.leave(caller));
  }

  async end(caller: string, id: string): Promise<void> {
    await this.#change(caller, id, (session) => session.end(caller));
  }

  async reopen(caller: string, id: string, { invite = [], initial_message }: Reopening = {}): Promise<void> {
    const reach = (handle: string): boolean => this.#reaches(caller, handle);
    await this.#change(caller, id, (session) => session.reopen(caller, invite, reach, initial_message));
  }

  async events(caller: string, id: string, after = 0, limit = MAX_EVENTS): Promise<SessionEventList> {
    const kept = this.#session(caller, id);
    const participant = kept.session.participant(caller);
    const events: KnownEvent[] = [];
    let next = participant.next(after);
    while (next !== undefined && next <= kept.log.length && events.length < limit) {
      for (const event of await kept.log.read(next, limit - events.length)) {
        if (event.sequence !== next) break;
        events.push(event);
        next = participant.next(next);
      }
    }
    const more = next !== undefined && next <= kept.log.length;
    const last = events.at(-1);
    return { events, ...(more && last ? { next_cursor: String(last.sequence) } : {}) };
  }

  /** The active sessions that an agent has joined. */
  joinedBy(handle: string): KeptSession[] {
    return this.store.sessionsOf(handle).filter(({ session }) => session.holds(handle));
  }

  async #create(caller: string, body: NewSession, answer?: DocumentKey): Promise<SessionCreated> {
    const { topic, initial_message: message, end_after_send: end = false } = body;
    const invite = [...new Set(body.invite ?? [])].filter((handle) => handle !== caller);
    if (!invite.every((handle) => this.#reaches(caller, handle))) throw refuse.notFound();
    const session = Session.create(caller, topic, this.now);
    const sequence = session.begin(caller, invite, message, end);
    const created = { session_id: session.id, ...(sequence === undefined ? {} : { sequence }) };
    await this.store.commit([this.store.add(session)], answer && { put: [answerDocument(answer, created)] });
    return created;
  }

  async #send(kept: KeptSession, caller: string, message: NewMessage, answer?: DocumentKey): Promise<MessageAccepted> {
    const accepted = kept.current.send(caller, message);
    await this.store.commit([kept], answer && { put: [answerDocument(answer, accepted)] });
    return accepted;
  }

  /** Does something for a key the first time; then gives the same answer. */
  async #once<Answer extends MessageAccepted | SessionCreated>(
    key: DocumentKey,
    act: (key: DocumentKey) => Promise<Answer>,
  ): Promise<Answer> {
    const name = `${key.collection}/${key.id}`;
    const underWay = this.#keyed.get(name);
    if (underWay) return (await underWay) as Answer;
    const acting = this.storage.get<Answer>(key.collection, key.id).then((known) => known?.body ?? act(key));
    this.#keyed.set(name, acting);
    try {
      return await acting;
    } finally {
      this.#keyed.delete(name);
    }
  }

  async #change<T>(caller: string, id: string, action: (session: Session) => T): Promise<T> {
    const kept = this.#session(caller, id);
    const result = action(kept.current);
    await this.store.commit([kept]);
    return result;
  }

  /** @throws Problem `not_found`, the same for a session that is not there and one the caller is not in */
  #session(caller: string, id: string): KeptSession {
    const kept = this.store.session(id);
    if (!kept?.session.has(caller)) throw refuse.notFound();
    return kept;
  }

  #agent(handle: string): Agent {
    const agent = this.store.agent(handle);
    if (!agent) throw refuse.notFound();
    return agent;
  }

  #reaches(caller: string, handle: string): boolean {
    const [from, to] = [this.store.agent(caller), this.store.agent(handle)];
    return from !== undefined && to !== undefined && canReach(from, to);
  }
}
