/** A request, stream or channel that is under way. */
export interface Activity {
  readonly isAborted: boolean;
  abort(reason: Error): void;
  /** Its neighbours among `Activities`, which alone touches them. */
  before: Activity | undefined;
  after: Activity | undefined;
}

/**
 * All that is under way on a server. A list that its members link themselves: every request enters and leaves it, and
 * a `Set` would allocate and shrink all the time.
 */
export class Activities {
  #last: Activity | undefined;
  #onIdle: (() => void) | undefined;

  add(activity: Activity): void {
    activity.before = this.#last;
    if (this.#last) this.#last.after = activity;
    this.#last = activity;
  }

  /** Takes an activity out; more than once does no harm. */
  remove(activity: Activity): void {
    const { before, after } = activity;
    if (this.#last !== activity && !before && !after) return;
    if (before) before.after = after;
    if (after) after.before = before;
    else this.#last = before;
    activity.before = undefined;
    activity.after = undefined;
    if (!this.#last) this.#onIdle?.();
  }

  /** Tells everything to stop now, and no longer waits for it. */
  abort(reason: Error): void {
    for (const activity of this.#all()) activity.abort(reason);
    this.#onIdle?.();
  }

  /** Resolves when nothing is under way, or all has been told to stop. */
  async idle(): Promise<void> {
    const running = this.#all().some(({ isAborted }) => !isAborted);
    if (running) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  #all(): Activity[] {
    const all: Activity[] = [];
    for (let at = this.#last; at; at = at.before) all.push(at);
    return all;
  }
}
