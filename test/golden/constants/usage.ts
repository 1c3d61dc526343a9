import type {
  Blank,
  EmptyList,
  NoItems,
  Nowhere,
  OneOfConsts,
  Origin,
  Pair,
  Shapes,
  Shortened,
} from "./expected/index.js";

export const origin: Origin = { x: 0, y: 0, label: { text: "origin" } };
export const pair: Pair = [1, "two", [null]];
export const blanks: [Blank, NoItems, EmptyList] = [{}, [], []];
export const all: OneOfConsts[] = [1, "two", [3], null];
export const shapes: Shapes[] = [{ kind: "dot" }, [0, 0], "none"];
export const nowhere: Nowhere = { kept: "a" };
export const short: Shortened[] = [[], ["a"]];

// @ts-expect-error Another constant.
export const moved: Origin = { x: 1, y: 0, label: { text: "origin" } };
// @ts-expect-error The items of a constant are in order.
export const turned: Pair = ["two", 1, [null]];
// @ts-expect-error A member that nothing can be.
export const dropped: Nowhere = { kept: "a", dropped: "b" };
// @ts-expect-error An item that nothing can be.
export const long: Shortened = ["a", "b"];
// @ts-expect-error None of the constants.
export const other: OneOfConsts = 2;
