import type { Logger } from "@agentwire/kit/server";
import type { ListedDocument, Storage } from "./storage.js";

/** How long what has ended is kept; without it, for ever. Where several limits are given, the first that is reached counts. */
export interface Retention {
  /** Days since its end. */
  readonly days?: number | undefined;
  /** How many are kept; the oldest go first. */
  readonly runs?: number | undefined;
  /** Seconds for which each is kept in any case, so that whoever follows it can still fetch its result. Default 60. */
  readonly graceSeconds?: number | undefined;
}

/** What is pruned: documents that have ended, each with a stream of events. */
export interface Prunable<Body> {
  readonly collection: string;
  /** The labels of those that have ended. */
  readonly labels: readonly string[];
  streamOf(id: string): string;
  /** RFC 3339. */
  endedAt(body: Body): string | undefined;
}

/** Documents that are looked at, and removed, at once. */
const AT_ONCE = 32;

/** Events that one step removes: little enough that appends do not have to wait for it. */
const STEP_EVENTS = 2048;

/** Milliseconds between two looks, and until there is one when there is more than may be kept. */
const LOOK_MS = 60_000;
const SOON_MS = 1000;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes what is not to be kept any longer, in small steps while others work. A document is gone with the first step,
 * its events bit by bit; what the end of the process interrupts goes on with the next.
 */
export class Pruner<Body> {
  /** Ids whose events are still being removed. */
  readonly #removing = new Set<string>();
  #ended = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  #working: Promise<void> = Promise.resolve();

  private constructor(
    private readonly storage: Storage,
    private readonly prunable: Prunable<Body>,
    private readonly retention: Retention,
    private readonly log: Logger,
  ) {}

  /** Begins in the background. @throws StorageError */
  static async open<Body>(
    storage: Storage,
    prunable: Prunable<Body>,
    retention: Retention,
    log: Logger,
  ): Promise<Pruner<Body>> {
    const pruner = new Pruner(storage, prunable, retention, log);
    for (let after = 0; ; ) {
      const left = await storage.list(pruner.#expired, { limit: AT_ONCE, after });
      for (const { id } of left) pruner.#removing.add(id);
      const last = left.at(-1);
      if (!last) break;
      after = last.position;
    }
    pruner.#ended = await storage.count(prunable.collection, prunable.labels);
    pruner.#lookIn(SOON_MS);
    return pruner;
  }

  /** Nothing new can have this id yet. */
  isRemoving(id: string): boolean {
    return this.#removing.has(id);
  }

  /** One more has ended. */
  ended(): void {
    this.#ended += 1;
    if (this.#surplus > 0) this.#lookIn(SOON_MS);
  }

  /** Resolves when no step is under way any more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  get #expired(): string {
    return `expired-${this.prunable.collection}`;
  }

  get #surplus(): number {
    return this.#ended - (this.retention.runs ?? Number.POSITIVE_INFINITY);
  }

  #lookIn(milliseconds: number): void {
    if (this.#isClosing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#working = this.#look()), milliseconds).unref();
  }

  async #look(): Promise<void> {
    try {
      await Promise.all([...this.#removing].map((id) => this.#finish(id)));
      while (!this.#isClosing && (await this.#removeSome()));
    } catch (error) {
      this.log.error({ err: error }, "what has expired cannot be removed yet");
    }
    this.#lookIn(LOOK_MS);
  }

  /** False when nothing was left to be removed. */
  async #removeSome(): Promise<boolean> {
    const { collection, labels } = this.prunable;
    const oldest = await this.storage.list<Body>(collection, { labels, limit: AT_ONCE });
    const surplus = this.#surplus;
    const expired = oldest.filter((document, index) => this.#isExpired(document, index < surplus));
    await Promise.all(expired.map(({ id }) => this.#remove(id)));
    return expired.length > 0;
  }

  #isExpired({ body }: ListedDocument<Body>, isSurplus: boolean): boolean {
    const { days, graceSeconds = 60 } = this.retention;
    const age = Date.now() - Date.parse(this.prunable.endedAt(body) ?? "");
    // An end without a time is an old one.
    if (age < graceSeconds * 1000) return false;
    return isSurplus || (days !== undefined && !(age < days * DAY_MS));
  }

  async #remove(id: string): Promise<void> {
    this.#removing.add(id);
    const { collection } = this.prunable;
    await this.storage.commit({ remove: [{ collection, id }], put: [{ collection: this.#expired, id, body: {} }] });
    this.#ended -= 1;
    await this.#finish(id);
  }

  async #finish(id: string): Promise<void> {
    const stream = this.prunable.streamOf(id);
    const length = await this.storage.length(stream);
    for (let before = STEP_EVENTS; before < length && !this.#isClosing; before += STEP_EVENTS) {
      await this.storage.commit({ truncate: [{ stream, before }] });
    }
    if (this.#isClosing) return;
    const remove = [{ collection: this.#expired, id }];
    await this.storage.commit({ truncate: [{ stream, before: length }], remove });
    this.#removing.delete(id);
  }
}
