import { type Assertion, PatternError, type PatternNode } from "./syntax.js";

/** One step of a matcher; `next` and `other` are indices of steps. */
export type PatternStep =
  | { readonly kind: "set"; readonly set: number; readonly next: number }
  | { readonly kind: "fork"; next: number; other: number }
  | { readonly kind: "assertion"; readonly source: Assertion; readonly next: number }
  | { readonly kind: "match" };

/** A pattern as an automaton (K. Thompson, "Regular Expression Search Algorithm", 1968). */
export interface PatternProgram {
  readonly steps: readonly PatternStep[];
  readonly start: number;
  /** What one character may be, each a regular expression. */
  readonly sets: readonly string[];
}

/**
 * Turns a pattern into steps. Bounded repeats are written out: `a{2,4}` is `aa(a(a)?)?`.
 *
 * @param limit how many nodes the pattern may have when all repeats are written out
 * @throws PatternError for look-arounds and backreferences, and above the limit
 */
export function compilePattern(root: PatternNode, limit: number): PatternProgram {
  const steps: PatternStep[] = [{ kind: "match" }];
  const sets = new Map<string, number>();
  let size = 0;

  const add = (step: PatternStep): number => steps.push(step) - 1;

  /** The first step of a node that goes on at `next`. */
  function compile(node: PatternNode, next: number): number {
    if (++size > limit) throw new PatternError(`it has more than ${limit} parts when its repeats are written out`);
    switch (node.kind) {
      case "set": {
        const set = sets.get(node.source) ?? sets.size;
        sets.set(node.source, set);
        return add({ kind: "set", set, next });
      }
      case "assertion":
        return add({ kind: "assertion", source: node.source, next });
      case "group":
        return compile(node.body, next);
      case "sequence":
        return node.parts.reduceRight((after, part) => compile(part, after), next);
      case "choice":
        return node.branches
          .map((branch) => compile(branch, next))
          .reduceRight((other, branch) => add({ kind: "fork", next: branch, other }));
      case "repeat":
        return repeat(node, next);
      case "look":
        throw new PatternError("it looks around");
      case "backreference":
        throw new PatternError("it refers back to a group");
    }
  }

  function repeat({ body, min, max }: PatternNode & { kind: "repeat" }, next: number): number {
    let after = next;
    let left = min;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: PatternStep = { kind: "fork", next: 0, other: next };
      after = add(loop);
      loop.next = compile(body, after);
      if (left > 0) {
        after = loop.next;
        left--;
      }
    } else {
      for (let count = min; count < max; count++)
        after = add({ kind: "fork", next: compile(body, after), other: next });
    }
    for (; left > 0; left--) after = compile(body, after);
    return after;
  }

  const start = compile(root, 0);
  return { steps, start, sets: [...sets.keys()] };
}
