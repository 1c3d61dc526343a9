import { ASCII, CharacterSets, holds, isWord, NOTHING } from "./characters.js";
import { compilePattern, type PatternProgram } from "./program.js";
import { Simulation } from "./simulation.js";
import { parsePattern } from "./syntax.js";

/**
 * A pattern with more parts, repeats written out but for long ones of one character, is refused: each character may cost
 * a visit of every part.
 */
export const PATTERN_LIMIT = 1000;

/** What generated validators ask of a pattern. */
export interface Pattern {
  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean;
}

/**
 * A regular expression that takes time proportional to the text, whatever the text is: all ways to match are followed
 * at once, where `RegExp` tries one after the other. Says what `new RegExp(source, flags).test` says.
 *
 * @param flags `"u"` or none
 * @throws PatternError (a message in words) for backreferences and more than PATTERN_LIMIT parts
 */
export function linearPattern(source: string, flags: "" | "u" = ""): Pattern {
  const program = compilePattern(parsePattern(source, flags), PATTERN_LIMIT);
  const isPlain = program.looks.length === 0 && program.counts.length === 0;
  return new (isPlain ? Automaton : Simulation)(program, flags === "u");
}

/** What is remembered of one pattern: some hundred kilobytes at most. */
const MAX_STATES = 200;

/** Where all ways to match stand between two characters. */
interface State {
  /** The steps to be entered. */
  readonly waiting: readonly number[];
  /** The code before; only its being a word's matters. */
  readonly before: number;
  /** What ASCII characters lead to, as far as it is known; null for a match. */
  readonly next: (State | null | undefined)[];
}

/** Remembers what each character leads to, for programs in which nothing else matters. */
class Automaton implements Pattern {
  private readonly sets: CharacterSets;
  private readonly first: State;
  private readonly states = new Map<string, State>();
  /** The round in which a step was last entered: once is enough. */
  private readonly entered: Float64Array;
  private round = 0;

  constructor(
    private readonly program: PatternProgram,
    private readonly unicode: boolean,
  ) {
    this.sets = new CharacterSets(program.sets, unicode);
    this.entered = new Float64Array(program.steps.length);
    this.first = { waiting: [program.start], before: NOTHING, next: [] };
  }

  test(text: string): boolean {
    let state = this.first;
    for (let at = 0; at < text.length; at++) {
      const code = (this.unicode ? text.codePointAt(at) : text.charCodeAt(at)) ?? NOTHING;
      if (code > 0xffff) at++;
      let next = state.next[code];
      if (next === undefined) {
        next = this.read(state, code);
        if (code < ASCII) state.next[code] = next;
      }
      if (next === null) return true;
      state = next;
    }
    return this.enter(state, NOTHING) === undefined;
  }

  private read(state: State, code: number): State | null {
    const reading = this.enter(state, code);
    if (reading === undefined) return null;
    const waiting = [this.program.start];
    for (const { set, next } of reading) if (this.sets.has(set, code)) waiting.push(next);
    return this.state(waiting, isWord(code) ? 97 : 0);
  }

  /** Above the limit states are no longer remembered; what is slow then is still proportional to the text. */
  private state(waiting: readonly number[], before: number): State {
    if (this.states.size >= MAX_STATES) return { waiting, before, next: [] };
    const key = `${before} ${waiting.join()}`;
    let state = this.states.get(key);
    if (!state) {
      state = { waiting, before, next: [] };
      this.states.set(key, state);
    }
    return state;
  }

  /** The steps that read a character next; undefined where the pattern has matched. */
  private enter({ waiting, before }: State, after: number): { set: number; next: number }[] | undefined {
    const { steps } = this.program;
    const round = ++this.round;
    const reading: { set: number; next: number }[] = [];
    const stack = waiting.slice();
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (this.entered[index] === round) continue;
      this.entered[index] = round;
      const step = steps[index];
      if (step?.kind === "set") reading.push(step);
      else if (step?.kind === "fork") stack.push(step.other, step.next);
      else if (step?.kind === "assertion") {
        if (holds(step.source, before, after)) stack.push(step.next);
      } else return undefined;
    }
    return reading;
  }
}
