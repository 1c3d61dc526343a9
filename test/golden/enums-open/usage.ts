import {
  type Boolean_,
  type ByState,
  type Fractions,
  type Job,
  type Level,
  OddTexts,
  type OpenMixed,
  State,
  type StateOrNull,
  Twice,
  type Version,
} from "./expected/index.js";

export const job: Job = { state: "queued", version: "v1", level: 2, mode: "safe", limit: 0 };
export const states: readonly ["queued", "running", "done"] = State;

// @ts-expect-error A producer cannot misspell an enum value.
export const misspelt: Job = { state: "qeued", version: "v1" };
// @ts-expect-error Nor send a text that only happens to be one.
export const anyText: State = String("queued");
// @ts-expect-error Numbers do not grow.
export const level: Level = 4;
// @ts-expect-error A single value is a tag, and closed.
export const version: Version = "v2";

/** A reader that handles every known value is left with the unknown ones, as texts. */
export function show(state: State): string {
  switch (state) {
    case "queued":
    case "running":
    case "done":
      return state;
    default: {
      // @ts-expect-error What is left is not never: a newer peer may say more.
      const nothing: never = state;
      const unknown: string = state;
      return unknown ?? nothing;
    }
  }
}

export const odd: readonly string[] = OddTexts;
export const once: readonly ["a", "b"] = Twice;
export const mixed: OpenMixed[] = ["on", 1, 2];
export const flags: Boolean_[] = [true, Math.random() > 1];
export const fractions: Fractions[] = [0.5, -1, 1000];
export const held: { by: ByState; maybe: StateOrNull } = { by: { a: "done" }, maybe: null };

// @ts-expect-error Numbers of a mixed enum do not grow.
export const three: OpenMixed = 3;
