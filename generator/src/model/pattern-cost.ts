import {
  compilePattern,
  PatternError,
  type PatternNode,
  type PatternProgram,
} from "@agentwire/kit/validation/patterns";

/** Longer bounded repeats count as unbounded ones: that only adds ways to match. */
const LONG_REPEAT = 100;
/** Parts of a pattern with its short repeats written out. */
const MAX_PARTS = 5000;
/** Steps at one position beyond one for each part of the pattern. */
const MAX_STEPS = 200;
/** Elementary steps of one analysis; some ten milliseconds. */
const BUDGET = 1_000_000;
/** Looking back is allowed over this many parts. */
const MAX_BEHIND = 16;

const nothing: PatternNode = { kind: "sequence", parts: [] };
const never: PatternNode = { kind: "set", source: "[^\\s\\S]" };

/**
 * Whether a backtracking matcher needs time proportional to the text, for every text; undefined where it does, else
 * the reason why that is not certain.
 *
 * A backtracking search visits, all told, what an automaton would visit if it kept every way to reach a step apart.
 * So the ways are counted: sets of steps with the number of ways that lead there are explored, from every position of
 * the text and for every character. Where their number has a small bound the search is linear; where it grows without
 * end, exponentially or by any power, the bound is passed. What is simplified on the way may only add ways.
 */
export function whyNotLinear(pattern: PatternNode, flags: string): string | undefined {
  try {
    const simple = simplify(pattern);
    if (boundOf(simple).steps <= MAX_STEPS) return undefined;
    const program = compilePattern(simple, MAX_PARTS);
    return new Search(program, alphabetOf(program, flags), flags).run();
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

/** The pattern without look-arounds and backreferences, and without an end that is taken once, as it cannot fail. */
function simplify(pattern: PatternNode): PatternNode {
  const groups = new Map<number | string, PatternNode[]>();
  let open = 0;

  function rewrite(node: PatternNode): PatternNode {
    if (++open > MAX_PARTS) throw new PatternError(`it has more than ${MAX_PARTS} parts`);
    switch (node.kind) {
      case "sequence":
        return { kind: "sequence", parts: node.parts.map(rewrite) };
      case "choice":
        return { kind: "choice", branches: node.branches.map(rewrite) };
      case "repeat": {
        const { min, max } = node;
        const long = (max === Number.POSITIVE_INFINITY ? min : max) > LONG_REPEAT;
        if (long && isEmptiable(node.body)) throw new PatternError("it repeats what may be nothing very often");
        const bounds = long ? { min: Math.min(min, 1), max: Number.POSITIVE_INFINITY } : { min, max };
        return { kind: "repeat", body: rewrite(node.body), ...bounds };
      }
      case "group": {
        const body = rewrite(node.body);
        for (const key of node.name === undefined ? [node.index] : [node.index, node.name])
          groups.set(key, [...(groups.get(key) ?? []), body]);
        return body;
      }
      case "look":
        // The ways of the inner pattern end where it does; the outer one goes on as if it held.
        if (!node.behind) return either([{ kind: "sequence", parts: [rewrite(node.body), never] }, nothing]);
        if (!isShort(node.body)) throw new PatternError("it looks back over more than a few characters");
        return nothing;
      case "backreference": {
        // What it matches is something that the group matches, or nothing.
        const bodies = groups.get(node.to);
        if (!bodies) throw new PatternError("it refers to a group that is not closed yet");
        return either([...bodies, nothing]);
      }
      default:
        return node;
    }
  }

  return withoutEnd(rewrite(pattern));
}

/** A last repeat of one character, beyond its least number, ends the search with success and is never tried again. */
function withoutEnd(node: PatternNode): PatternNode {
  if (node.kind === "choice") return { kind: "choice", branches: node.branches.map(withoutEnd) };
  if (node.kind === "repeat" && node.body.kind === "set") {
    return node.min === 0 ? nothing : { ...node, max: node.min };
  }
  if (node.kind !== "sequence" || node.parts.length === 0) return node;
  const rest = node.parts.slice(0, -1);
  const last = withoutEnd(node.parts.at(-1) ?? nothing);
  if (last === nothing) return withoutEnd({ kind: "sequence", parts: rest });
  return rest.length === 0 ? last : { kind: "sequence", parts: [...rest, last] };
}

function either(branches: readonly PatternNode[]): PatternNode {
  return { kind: "choice", branches };
}

/** In how many ways it matches from one position, and how many steps all of them take, as far as a glance tells. */
interface Bound {
  readonly ways: number;
  readonly steps: number;
}

const unknown: Bound = { ways: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY };

function boundOf(node: PatternNode): Bound {
  switch (node.kind) {
    case "set":
    case "assertion":
      return { ways: 1, steps: 1 };
    case "group":
      return boundOf(node.body);
    case "sequence":
      return node.parts.map(boundOf).reduce(followedBy, { ways: 1, steps: 1 });
    case "choice": {
      const bounds = node.branches.map(boundOf);
      return bounds.reduce((a, b) => ({ ways: a.ways + b.ways, steps: a.steps + b.steps }), { ways: 0, steps: 1 });
    }
    case "repeat": {
      const { ways, steps } = boundOf(node.body);
      const { min, max } = node;
      if (max === 1) return { ways: ways + 1, steps: steps + 1 };
      return ways === 1 && Number.isFinite(max) ? { ways: max - min + 1, steps: max * steps } : unknown;
    }
    default:
      return unknown;
  }
}

/** Each way of the first goes on with all those of the second. */
function followedBy(first: Bound, second: Bound): Bound {
  return { ways: first.ways * second.ways, steps: first.steps + first.ways * second.steps };
}

/** Whether it can match without reading. */
function isEmptiable(node: PatternNode): boolean {
  if (node.kind === "set") return false;
  if (node.kind === "sequence") return node.parts.every(isEmptiable);
  if (node.kind === "choice") return node.branches.some(isEmptiable);
  if (node.kind === "group") return isEmptiable(node.body);
  return node.kind !== "repeat" || node.min === 0 || isEmptiable(node.body);
}

/** A few characters, or one of several such texts. */
function isShort(node: PatternNode): boolean {
  const branches = node.kind === "choice" ? node.branches : [node];
  const parts = branches.flatMap((branch) => (branch.kind === "sequence" ? branch.parts : [branch]));
  return parts.length <= MAX_BEHIND && parts.every(({ kind }) => kind === "set" || kind === "assertion");
}

/** For each kind of character, which sets of the program have it; sets that tell none apart share a kind. */
function alphabetOf({ sets }: PatternProgram, flags: string): readonly (readonly boolean[])[] {
  const of = flags.replace(/[^isuv]/g, "");
  const expressions = sets.map((source) => literalOf(source, of) ?? new RegExp(`^(?:${source})$`, of));
  const open = sets.map((source) => /\\p/i.test(source) && /[uv]/.test(of));
  const kinds = new Map<string, readonly boolean[]>();
  for (const code of charactersOf(sets)) {
    const text = String.fromCodePoint(code);
    // What a property holds beyond the characters tried is not known: it may hold any.
    const kind = expressions.map((expression, index) => (open[index] === true && code > 127) || expression.test(text));
    kinds.set(kind.map(Number).join(""), kind);
  }
  return [...kinds.values()];
}

/** One character that stands for itself needs no expression. */
function literalOf(source: string, flags: string): Pick<RegExp, "test"> | undefined {
  if (!/^(?:[^\\.[]|\\[^\w\s])$/u.test(source) || flags.includes("i")) return undefined;
  const character = source.replace(/^\\(?=.)/su, "");
  return { test: (text) => text === character };
}

/** Beyond Latin-1, where `\s` and `.` change their mind. */
const edges = [
  0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xd800, 0xdc00, 0xfeff, 0x1f419, 0x10ffff,
];

/** A character of every kind that the sets can tell apart, properties aside: all of Latin-1, and both sides of each named. */
function charactersOf(sets: readonly string[]): Set<number> {
  const codes = new Set(Array.from({ length: 256 }, (_, code) => code));
  const named = sets.flatMap((source) => [
    ...Array.from(source, (character) => character.codePointAt(0) ?? 0),
    ...[...source.matchAll(/\\u(?:\{([\da-f]+)\}|([\da-f]{4})(?:\\u([\da-f]{4}))?)/gi)].flatMap(
      ([, braced, first, second]) => {
        const units = [braced, first, second].flatMap((digits) =>
          digits === undefined ? [] : Number.parseInt(digits, 16),
        );
        return [...units, String.fromCharCode(...units.filter((unit) => unit <= 0xffff)).codePointAt(0) ?? 0];
      },
    ),
  ]);
  for (const code of [...edges, ...named])
    for (const near of [code - 1, code, code + 1]) if (near >= 0 && near <= 0x10ffff) codes.add(near);
  return codes;
}

/** How many ways lead to each step that is about to be entered. */
type Ways = ReadonlyMap<number, number>;

/** What follows from a step without reading: the ways to each reading step, and the steps taken in all. */
interface Entry {
  readonly reading: Ways;
  readonly cost: number;
}

class Search {
  private budget = BUDGET;
  private readonly most: number;
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly program: PatternProgram,
    private readonly alphabet: readonly (readonly boolean[])[],
    private readonly flags: string,
  ) {
    this.most = program.steps.length + MAX_STEPS;
  }

  run(): string | undefined {
    const { start, steps } = this.program;
    const seen = new Set<string>();
    const first = new Map([[start, 1]]);
    /** A search tries every position, unless it is sticky. */
    const restarts = this.flags.includes("y") ? new Map<number, number>() : first;
    const queue: { ways: Ways; atStart: boolean }[] = [{ ways: first, atStart: true }];
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { ways, atStart } = next;
      const here = this.enter(ways, atStart, false);
      if (!here || !this.enter(ways, atStart, true)) return this.reason();
      for (const kind of this.alphabet) {
        const after = new Map(restarts);
        for (const [index, count] of here) {
          const step = steps[index];
          if (step?.kind === "set" && kind[step.set]) after.set(step.next, (after.get(step.next) ?? 0) + count);
        }
        this.budget -= here.size + after.size;
        const key = [...after].sort(([a], [b]) => a - b).join(" ");
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push({ ways: after, atStart: false });
      }
      if (this.budget < 0) return this.reason();
    }
    return undefined;
  }

  private reason(): string {
    return this.budget < 0
      ? "it is too complicated to be sure that it cannot"
      : "there is no small bound on the number of ways in which it can match the same text";
  }

  /** The ways to the reading steps; undefined where there are too many. */
  private enter(ways: Ways, atStart: boolean, atEnd: boolean): Ways | undefined {
    const all = new Map<number, number>();
    let cost = 0;
    for (const [index, count] of ways) {
      const entry = this.entry(index, atStart, atEnd);
      cost += count * entry.cost;
      if (cost > this.most) return undefined;
      for (const [step, more] of entry.reading) all.set(step, (all.get(step) ?? 0) + count * more);
    }
    return all;
  }

  private entry(index: number, atStart: boolean, atEnd: boolean): Entry {
    const key = `${index} ${atStart} ${atEnd}`;
    let entry = this.entries.get(key);
    if (!entry) {
      entry = this.follow(index, atStart, atEnd);
      this.entries.set(key, entry);
    }
    return entry;
  }

  /** Every way is followed for itself, as backtracking does; an empty turn of a loop is given up. */
  private follow(from: number, atStart: boolean, atEnd: boolean): Entry {
    const reading = new Map<number, number>();
    /** Forks whose first way is being followed: coming back to one of them is an empty turn. */
    const inside = new Set<number>();
    let cost = 0;
    const stack: { index: number; leave: boolean }[] = [{ index: from, leave: false }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { index, leave } = top;
      if (leave) inside.delete(index);
      if (leave || inside.has(index)) continue;
      if (++cost > this.most) break;
      const step = this.program.steps[index];
      if (step?.kind === "set") reading.set(index, (reading.get(index) ?? 0) + 1);
      if (step?.kind !== "fork" && step?.kind !== "assertion") continue;
      if (step.kind === "assertion" && !this.mayHold(step.source, atStart, atEnd)) continue;
      if (step.kind === "fork") {
        stack.push({ index: step.other, leave: false }, { index, leave: true });
        inside.add(index);
      }
      stack.push({ index: step.next, leave: false });
    }
    this.budget -= cost;
    return { reading, cost };
  }

  private mayHold(assertion: string, atStart: boolean, atEnd: boolean): boolean {
    if (assertion === "^") return atStart || this.flags.includes("m");
    return assertion !== "$" || atEnd || this.flags.includes("m");
  }
}
