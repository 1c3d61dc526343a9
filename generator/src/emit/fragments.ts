/** A piece of output, and what it was made from. */
interface Fragment {
  readonly kind: Map<string, Fragment>;
  readonly key: string;
  readonly value: unknown;
  readonly sources: ReadonlySet<unknown>;
}

const none: ReadonlySet<unknown> = new Set();

/**
 * Pieces of output that are kept from one run to the next. While a piece is made, whatever looks something up says so
 * with `uses`; when that changes, `forget` drops the pieces made from it, and only these are made again.
 */
export class Fragments {
  private readonly kinds = new Map<string, Map<string, Fragment>>();
  private readonly users = new Map<unknown, Set<Fragment>>();
  private readonly making: Set<unknown>[] = [];

  /** `again`: there will be further runs. A lone run keeps pieces too, but need not know what they were made from. */
  constructor(readonly again = false) {}

  /** The piece of a kind with a key, made now where it is not there. */
  get<T>(kind: string, key: string, make: () => T): T {
    let pieces = this.kinds.get(kind);
    if (!pieces) {
      pieces = new Map();
      this.kinds.set(kind, pieces);
    }
    const known = pieces.get(key);
    if (known) {
      this.uses(known);
      return known.value as T;
    }
    if (!this.again) {
      const value = make();
      pieces.set(key, { kind: pieces, key, value, sources: none });
      return value;
    }
    const sources = new Set<unknown>();
    this.making.push(sources);
    let value: T;
    try {
      value = make();
    } finally {
      this.making.pop();
    }
    const fragment = { kind: pieces, key, value, sources };
    pieces.set(key, fragment);
    for (const source of sources) this.usersOf(source).add(fragment);
    this.uses(fragment);
    return value;
  }

  /** Notes that the piece being made depends on something: a type's id, another piece, or an object that stands for a decision. */
  uses(source: unknown): void {
    this.making.at(-1)?.add(source);
  }

  /** Drops all pieces that were made from something, and those that were made from them. */
  forget(source: unknown): void {
    const users = this.users.get(source) ?? [];
    this.users.delete(source);
    for (const fragment of users) {
      for (const other of fragment.sources) this.users.get(other)?.delete(fragment);
      fragment.kind.delete(fragment.key);
      this.forget(fragment);
    }
  }

  private usersOf(source: unknown): Set<Fragment> {
    const known = this.users.get(source) ?? new Set();
    this.users.set(source, known);
    return known;
  }
}
