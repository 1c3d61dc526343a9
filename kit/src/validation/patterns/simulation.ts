import { CharacterSets, holds, NOTHING } from "./characters.js";
import type { PatternProgram } from "./program.js";

/**
 * Follows all ways to match at once, for programs with look-arounds and counted repeats. A look-around is judged first, for
 * every position of the text: behind is what ends there, read forwards; ahead is what begins there, read backwards from
 * the end. So each costs one way through the text. (A. Barrière and C. Pit-Claudel, "Linear Matching of JavaScript
 * Regular Expressions", 2024.)
 */
export class Simulation {
  private readonly sets: CharacterSets;
  private readonly counters: readonly Counter[];
  /** The round in which a step was last entered: once is enough. */
  private readonly entered: Float64Array;
  private round = 0;

  constructor(
    private readonly program: PatternProgram,
    private readonly unicode: boolean,
  ) {
    this.sets = new CharacterSets(program.sets, unicode);
    this.counters = program.counts.map(({ min, max }) => new Counter(min, max));
    this.entered = new Float64Array(program.steps.length);
  }

  test(text: string): boolean {
    const { looks, start } = this.program;
    const codes = this.unicode
      ? Array.from(text, (character) => character.codePointAt(0) ?? 0)
      : Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    const matches: Uint8Array[] = [];
    for (const { start, behind } of looks) {
      const at = new Uint8Array(codes.length + 1);
      this.scan(codes, start, behind, matches, (position) => {
        at[position] = 1;
        return false;
      });
      matches.push(at);
    }
    return this.scan(codes, start, true, matches, () => true);
  }

  /**
   * Reads the text from one end to the other, with a new beginning at each position.
   *
   * @param matches where each look-around before matches
   * @param found told of each position at which a match is complete; true ends the reading
   */
  private scan(
    codes: readonly number[],
    start: number,
    forwards: boolean,
    matches: readonly Uint8Array[],
    found: (position: number) => boolean,
  ): boolean {
    const { steps, counts, looks } = this.program;
    const { entered, counters, sets } = this;
    for (const counter of counters) counter.clear();
    /** Those that are counting: of another scan's, nothing needs to be known. */
    let counting: number[] = [];
    let waiting: number[] = [];
    for (let read = 0; read <= codes.length; read++) {
      const position = forwards ? read : codes.length - read;
      const [before = NOTHING, after = NOTHING] = [codes[position - 1], codes[position]];
      const round = ++this.round;
      const reading: number[] = [];
      let isMatch = false;
      waiting.push(start);
      for (const index of counting) if (counters[index]?.isEnough(read)) waiting.push(counts[index]?.next ?? 0);
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        if (entered[index] === round) continue;
        entered[index] = round;
        const step = steps[index];
        switch (step?.kind) {
          case "set":
            reading.push(index);
            break;
          case "fork":
            waiting.push(step.other, step.next);
            break;
          case "assertion":
            if (holds(step.source, before, after)) waiting.push(step.next);
            break;
          case "look":
            if ((matches[step.look]?.[position] === 1) !== looks[step.look]?.negative) waiting.push(step.next);
            break;
          case "count":
            if (counters[step.count]?.begin(read)) counting.push(step.count);
            break;
          default:
            isMatch = true;
        }
      }
      if (isMatch && found(position)) return true;
      const code = forwards ? after : before;
      if (code === NOTHING) break;
      const has = new Map<number, boolean>();
      const isOf = (set: number): boolean => {
        const known = has.get(set) ?? sets.has(set, code);
        has.set(set, known);
        return known;
      };
      waiting = [];
      for (const index of reading) {
        const step = steps[index];
        if (step?.kind === "set" && isOf(step.set)) waiting.push(step.next);
      }
      counting = counting.filter((index) => {
        const goesOn = isOf(counts[index]?.set ?? 0);
        if (!goesOn) counters[index]?.clear();
        return goesOn;
      });
    }
    return false;
  }
}

/** How often one character has been repeated, for every position at which the repeat has begun; the oldest first. */
class Counter {
  private begun: number[] = [];
  private first = 0;
  private isCounting = false;

  constructor(
    private readonly min: number,
    private readonly max: number,
  ) {}

  /** True for the first since it was cleared. */
  begin(at: number): boolean {
    const isFirst = !this.isCounting;
    this.isCounting = true;
    // Of a repeat without an end, the oldest is as good as any.
    if (isFirst || this.max !== Number.POSITIVE_INFINITY) this.begun.push(at);
    return isFirst;
  }

  /** Whether the repeat may end at a position. */
  isEnough(at: number): boolean {
    while (at - (this.begun[this.first] ?? at) > this.max) this.first++;
    if (this.first > 1000 && this.first * 2 > this.begun.length) {
      this.begun = this.begun.slice(this.first);
      this.first = 0;
    }
    return at - (this.begun[this.first] ?? at) >= this.min;
  }

  clear(): void {
    if (this.begun.length > 0) this.begun = [];
    this.first = 0;
    this.isCounting = false;
  }
}
