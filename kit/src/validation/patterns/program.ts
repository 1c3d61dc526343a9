import { type Assertion, PatternError, type PatternNode } from "./syntax.js";

/** One step of a matcher; `next` and `other` are indices of steps. */
export type PatternStep =
  | { readonly kind: "set"; readonly set: number; readonly next: number }
  | { readonly kind: "fork"; next: number; other: number }
  | { readonly kind: "assertion"; readonly source: Assertion; readonly next: number }
  | { readonly kind: "look"; readonly look: number; readonly next: number }
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "match" };

/** A pattern as an automaton (K. Thompson, "Regular Expression Search Algorithm", 1968). */
export interface PatternProgram {
  readonly steps: readonly PatternStep[];
  readonly start: number;
  /** What one character may be, each a regular expression. */
  readonly sets: readonly string[];
  /** Those inside another come before it. What is ahead is read backwards. */
  readonly looks: readonly { readonly start: number; readonly behind: boolean; readonly negative: boolean }[];
  readonly counts: readonly Count[];
}

/** A long repeat of one character. */
export interface Count {
  readonly set: number;
  /** At least 1. */
  readonly min: number;
  readonly max: number;
  readonly next: number;
}

/** Longer repeats of one character are counted, not written out. */
const LONG_REPEAT = 100;

/** A look-around is one more way through the text, which costs what so many parts do. */
export const LOOK_PARTS = 64;

/**
 * Turns a pattern into steps. Bounded repeats are written out: `a{2,4}` is `aa(a(a)?)?`, but for long ones of one character.
 *
 * @param limit how many nodes the pattern may have when repeats are written out; a look-around counts as LOOK_PARTS
 * @throws PatternError for backreferences, and above the limit
 */
export function compilePattern(root: PatternNode, limit: number): PatternProgram {
  const steps: PatternStep[] = [{ kind: "match" }];
  const sets = new Map<string, number>();
  const looks: PatternProgram["looks"][number][] = [];
  const knownLooks = new Map<PatternNode, number>();
  const counts: Count[] = [];
  let size = 0;

  const add = (step: PatternStep): number => steps.push(step) - 1;

  const setOf = (source: string): number => {
    const set = sets.get(source) ?? sets.size;
    sets.set(source, set);
    return set;
  };

  /** The first step of a node that goes on at `next`. */
  function compile(node: PatternNode, next: number, backwards: boolean): number {
    if (++size > limit) throw new PatternError(`it has more than ${limit} parts when its repeats are written out`);
    switch (node.kind) {
      case "set":
        return add({ kind: "set", set: setOf(node.source), next });
      case "assertion":
        return add({ kind: "assertion", source: node.source, next });
      case "group":
        return compile(node.body, next, backwards);
      case "sequence": {
        const parts = backwards ? node.parts : [...node.parts].reverse();
        return parts.reduce((after, part) => compile(part, after, backwards), next);
      }
      case "choice":
        return node.branches
          .map((branch) => compile(branch, next, backwards))
          .reduceRight((other, branch) => add({ kind: "fork", next: branch, other }));
      case "repeat":
        return repeat(node, next, backwards);
      case "look":
        return add({ kind: "look", look: look(node), next });
      case "backreference":
        throw new PatternError("it refers back to a group");
    }
  }

  /** One that stands in a repeat is the same each time. */
  function look(node: PatternNode & { kind: "look" }): number {
    const known = knownLooks.get(node);
    if (known !== undefined) return known;
    const { body, behind, negative } = node;
    size += LOOK_PARTS;
    const index = looks.push({ start: compile(body, 0, !behind), behind, negative }) - 1;
    knownLooks.set(node, index);
    return index;
  }

  function repeat({ body, min, max }: PatternNode & { kind: "repeat" }, next: number, backwards: boolean): number {
    const one = body.kind === "group" ? body.body : body;
    if (one.kind === "set" && (max === Number.POSITIVE_INFINITY ? min : max) > LONG_REPEAT) {
      const count = counts.push({ set: setOf(one.source), min: Math.max(min, 1), max, next }) - 1;
      const counted = add({ kind: "count", count });
      return min > 0 ? counted : add({ kind: "fork", next: counted, other: next });
    }
    let after = next;
    let left = min;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: PatternStep = { kind: "fork", next: 0, other: next };
      after = add(loop);
      loop.next = compile(body, after, backwards);
      if (left > 0) {
        after = loop.next;
        left--;
      }
    } else {
      for (let count = min; count < max; count++)
        after = add({ kind: "fork", next: compile(body, after, backwards), other: next });
    }
    for (; left > 0; left--) after = compile(body, after, backwards);
    return after;
  }

  const start = compile(root, 0, false);
  return { steps, start, sets: [...sets.keys()], looks, counts };
}
