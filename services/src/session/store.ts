import type { Change, DocumentKey, Storage, Truncation } from "../storage/storage.js";
import { type Agent, agentOf, type KeptAgent } from "./agent.js";
import { agentDocument, agentKey, changeOf, collections, participantDocument, streamOf } from "./documents.js";
import type { KnownEvent } from "./event.js";
import { KeptSession } from "./kept-session.js";
import type { Participant, ParticipantRecord } from "./participant.js";
import { Session, type SessionRecord } from "./session.js";

/** Documents that are read or removed at once. */
const PAGE = 1000;

/** Milliseconds within which it is written down how far agents have come. */
const CURSORS_MS = 250;

export interface StoreOptions {
  readonly storage: Storage;
  readonly now: () => number;
  /** Called with what has just become durable, in the order of the session. */
  readonly published: (kept: KeptSession, events: readonly KnownEvent[]) => void;
}

/**
 * Agents and sessions, in memory and in the storage. Only events are read from the disk when they are asked for;
 * everything else is read once, so that nobody can tell by the time an answer takes what there is.
 */
export class SessionStore {
  readonly #agents = new Map<string, Agent>();
  readonly #byToken = new Map<string, Agent>();
  readonly #sessions = new Map<string, KeptSession>();
  readonly #sessionsOf = new Map<string, Set<KeptSession>>();
  /** Those who have come further than it is written down. */
  readonly #moved = new Map<Participant, KeptSession>();
  #writing: NodeJS.Timeout | undefined;
  #made = 0;

  private constructor(private readonly options: StoreOptions) {}

  /** Reads what was kept. @throws StorageError */
  static async open(options: StoreOptions): Promise<SessionStore> {
    const store = new SessionStore(options);
    await store.#read();
    return store;
  }

  agent(handle: string): Agent | undefined {
    return this.#agents.get(handle);
  }

  agentByTokenHash(hash: string): Agent | undefined {
    return this.#byToken.get(hash);
  }

  agents(): Agent[] {
    return [...this.#agents.values()].sort((a, b) => (a.handle < b.handle ? -1 : 1));
  }

  session(id: string): KeptSession | undefined {
    return this.#sessions.get(id);
  }

  /** The sessions that an agent is or was in, the one made first before the others. */
  sessionsOf(handle: string): KeptSession[] {
    const entered = [...(this.#sessionsOf.get(handle) ?? [])];
    return entered.filter(({ session }) => session.has(handle)).sort((a, b) => a.order - b.order);
  }

  /** Takes in a new session; it is kept from its first `commit` on. */
  add(session: Session): KeptSession {
    const { storage, now } = this.options;
    const kept = new KeptSession(session, 0, this.#made++, storage, now);
    this.#index(kept);
    return kept;
  }

  /** Makes durable what has happened in sessions, together with something else; then publishes it. @throws StorageError */
  async commit(sessions: readonly KeptSession[], more: Change = {}): Promise<void> {
    const changed = sessions.map((kept) => ({ kept, changes: kept.session.changes() }));
    const parts = [...changed.map(({ kept, changes }) => changeOf(kept.id, changes)), more];
    for (const { kept, changes } of changed) {
      for (const { handle } of changes.participants) this.#enter(handle, kept);
      for (const handle of changes.forgotten) this.#sessionsOf.get(handle)?.delete(kept);
    }
    const committed = this.options.storage.commit({
      append: parts.flatMap(({ append = [] }) => append),
      put: parts.flatMap(({ put = [] }) => put),
      remove: parts.flatMap(({ remove = [] }) => remove),
    });
    for (const { kept } of changed) kept.follow(committed);
    try {
      await committed;
    } catch (error) {
      for (const { kept, changes } of changed) kept.fail(changes);
      throw error;
    }
    for (const { kept, changes } of changed) {
      kept.publish(changes.events);
      this.options.published(kept, changes.events);
    }
  }

  /** Takes in an agent as it is from now on, together with what that does to sessions. @throws StorageError */
  async putAgent(agent: Agent, sessions: readonly KeptSession[] = []): Promise<void> {
    this.#know(agent);
    await this.#orReread(agent.handle, this.commit(sessions, { put: [agentDocument(agent)] }));
  }

  /** @throws StorageError */
  async deleteAgent(handle: string, sessions: readonly KeptSession[], more: readonly DocumentKey[]): Promise<void> {
    this.#forget(handle);
    await this.#orReread(handle, this.commit(sessions, { remove: [agentKey(handle), ...more] }));
  }

  /** A participant has come further with its session. It is written down soon, as a crash only has it hear something twice. */
  moved(kept: KeptSession, participant: Participant): void {
    this.#moved.set(participant, kept);
    this.#writing ??= setTimeout(() => void this.writeCursors(), CURSORS_MS);
  }

  /** Writes down how far everybody has come. */
  async writeCursors(): Promise<void> {
    clearTimeout(this.#writing);
    this.#writing = undefined;
    const put = [...this.#moved].flatMap(([participant, { session, broken }]) => {
      const counts =
        !broken && session.has(participant.handle) && session.participant(participant.handle) === participant;
      return counts ? [participantDocument(participant.record())] : [];
    });
    this.#moved.clear();
    // The storage has said what is wrong with it.
    if (put.length > 0) await this.options.storage.commit({ put }).catch(() => undefined);
  }

  /** Forgets everything. @throws StorageError; what has not gone by then is still there */
  async clear(): Promise<void> {
    const { storage } = this.options;
    this.#empty();
    try {
      for (const collection of Object.values(collections)) {
        for (;;) {
          const found = await storage.list(collection, { limit: PAGE });
          if (found.length === 0) break;
          const truncate = collection === collections.sessions ? await this.#wholeStreams(found) : [];
          await storage.commit({ remove: found.map(({ id }) => ({ collection, id })), truncate });
        }
      }
    } catch (error) {
      // The storage has said what is wrong with it.
      await this.#read().catch(() => undefined);
      throw error;
    }
  }

  /** All documents of a collection. @throws StorageError */
  async *all<Body>(collection: string): AsyncGenerator<Body> {
    for (let after = 0; ; ) {
      const page = await this.options.storage.list<Body>(collection, { limit: PAGE, after });
      for (const { body } of page) yield body;
      const last = page.at(-1);
      if (!last) return;
      after = last.position;
    }
  }

  async #wholeStreams(sessions: readonly { readonly id: string }[]): Promise<Truncation[]> {
    const streams = sessions.map(({ id }) => streamOf(id));
    const lengths = await Promise.all(streams.map((stream) => this.options.storage.length(stream)));
    return streams.map((stream, index) => ({ stream, before: lengths[index] ?? 0 }));
  }

  async #read(): Promise<void> {
    const { storage, now } = this.options;
    for await (const body of this.all<KeptAgent>(collections.agents)) this.#know(agentOf(body));
    const participants = new Map<string, ParticipantRecord[]>();
    for await (const record of this.all<ParticipantRecord>(collections.participants)) {
      const others = participants.get(record.session);
      if (others) others.push(record);
      else participants.set(record.session, [record]);
    }
    const lengthOf = async (record: SessionRecord) => ({ record, length: await storage.length(streamOf(record.id)) });
    const records: ReturnType<typeof lengthOf>[] = [];
    for await (const record of this.all<SessionRecord>(collections.sessions)) records.push(lengthOf(record));
    for (const { record, length } of await Promise.all(records)) {
      const session = new Session(record, participants.get(record.id) ?? [], length, now);
      this.#index(new KeptSession(session, length, this.#made++, storage, now));
    }
  }

  #empty(): void {
    this.#agents.clear();
    this.#byToken.clear();
    this.#sessions.clear();
    this.#sessionsOf.clear();
    this.#moved.clear();
  }

  async #orReread(handle: string, committed: Promise<void>): Promise<void> {
    try {
      await committed;
    } catch (error) {
      const { collection, id } = agentKey(handle);
      const kept = await this.options.storage.get<KeptAgent>(collection, id).catch(() => undefined);
      if (kept) this.#know(agentOf(kept.body));
      else this.#forget(handle);
      throw error;
    }
  }

  #know(agent: Agent): void {
    this.#forget(agent.handle);
    this.#agents.set(agent.handle, agent);
    this.#byToken.set(agent.tokenHash, agent);
  }

  #forget(handle: string): void {
    const known = this.#agents.get(handle);
    if (known) this.#byToken.delete(known.tokenHash);
    this.#agents.delete(handle);
  }

  #index(kept: KeptSession): void {
    this.#sessions.set(kept.id, kept);
    for (const { handle } of kept.session.participants) this.#enter(handle, kept);
  }

  #enter(handle: string, kept: KeptSession): void {
    const others = this.#sessionsOf.get(handle);
    if (others) others.add(kept);
    else this.#sessionsOf.set(handle, new Set([kept]));
  }
}
