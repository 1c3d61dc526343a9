import { Problem } from "@agentwire/kit/server";
import type { SessionView } from "@agentwire/models/session";
import type { Storage } from "../storage/storage.js";
import { collections, participantKey, streamOf } from "./documents.js";
import type { KnownEvent } from "./event.js";
import { EventLog } from "./event-log.js";
import type { ParticipantRecord } from "./participant.js";
import { Session, type SessionChanges, type SessionRecord } from "./session.js";

/**
 * A session together with its durable events. It is ahead of the disk by what is under way to it; when that fails, it is
 * read again, as nothing that was decided on top of it counts.
 */
export class KeptSession {
  readonly id: string;
  #session: Session;
  #log: EventLog;
  #broken = false;
  #mending = false;
  /** The last commit that is under way. */
  #underWay: Promise<void> | undefined;
  /** Agents that were forgotten in vain. */
  readonly #remembered = new Set<string>();

  constructor(
    session: Session,
    length: number,
    /** Its place among all sessions, by their making. */
    readonly order: number,
    private readonly storage: Storage,
    private readonly now: () => number,
  ) {
    this.id = session.id;
    this.#session = session;
    this.#log = new EventLog(storage, streamOf(session.id), length);
  }

  /** The events that everybody may know of. */
  get log(): EventLog {
    return this.#log;
  }

  /** As far as it is known. To change it, use `current`. */
  get session(): Session {
    return this.#session;
  }

  /** @throws Problem `unavailable` while it has to be read again */
  get current(): Session {
    if (this.#broken) {
      void this.#mend();
      throw new Problem("unavailable", "The session cannot be changed right now.");
    }
    return this.#session;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** What it is like, once all of that is durable. @throws StorageError */
  async view(): Promise<SessionView> {
    const view = this.#session.view();
    await this.#underWay;
    return view;
  }

  /** What happens in it becomes durable with this. */
  follow(commit: Promise<void>): void {
    this.#underWay = commit;
    const done = (): void => {
      if (this.#underWay === commit) this.#underWay = undefined;
    };
    commit.then(done, done);
  }

  publish(events: readonly KnownEvent[]): void {
    this.#log.publish(events);
  }

  /** What was decided last is not durable. */
  fail({ forgotten }: SessionChanges): void {
    this.#broken = true;
    for (const handle of forgotten) this.#remembered.add(handle);
    void this.#mend();
  }

  async #mend(): Promise<void> {
    if (this.#mending) return;
    this.#mending = true;
    try {
      const record = await this.storage.get<SessionRecord>(collections.sessions, this.id);
      // One that could not even be made is nobody's.
      const kept = record ? await this.#participants() : [];
      const length = await this.storage.length(streamOf(this.id));
      this.#session = new Session(record?.body ?? { id: this.id, created_at: 0 }, kept, length, this.now);
      this.#log = new EventLog(this.storage, streamOf(this.id), length);
      this.#broken = false;
    } catch {
      // The storage is still out of order, and has said so; the next caller has it tried again.
    } finally {
      this.#mending = false;
    }
  }

  async #participants(): Promise<ParticipantRecord[]> {
    const handles = [...this.#session.participants].map(({ handle }) => handle).concat(...this.#remembered);
    const found = await Promise.all(
      handles.map((handle) => {
        const { collection, id } = participantKey(this.id, handle);
        return this.storage.get<ParticipantRecord>(collection, id);
      }),
    );
    return found.flatMap((document) => (document ? [document.body] : []));
  }
}
