import type {
  Capped,
  Empty,
  Late,
  Line,
  Nested,
  Open,
  Optional,
  Point,
  Row,
  Sealed,
  Trailing,
} from "./expected/index.js";

export const line: Line = [
  [0, 0],
  [1, 1],
];
export const rows: Row[] = [["Ann"], ["Ann", null], ["Ann", 3, true, false]];
export const empty: Empty = [];

// @ts-expect-error Too short.
export const half: Point = [1];
// @ts-expect-error Too long.
export const solid: Point = [1, 2, 3];
// @ts-expect-error The rest are flags.
export const text: Row = ["Ann", 3, "yes"];
// @ts-expect-error Nothing may be in it.
export const full: Empty = [1];

export const optional: Optional[] = [[], ["a"], ["a", [0, 0]]];
export const late: Late = ["a", 1, 2];
export const open: Open = ["a", null, 1, {}];
export const nested: Nested = [[1], [1, 2], []];
export const capped: Capped[] = [[], ["a"]];
export const sealed: Sealed = ["a"];
export const trailing: Trailing[] = [[], ["a", 1, 2]];

// @ts-expect-error Nothing may follow.
export const over: Optional = ["a", [0, 0], 1];
// @ts-expect-error At most one.
export const uncapped: Capped = ["a", 1];
// @ts-expect-error Nothing is left to be there.
export const unsealed: Sealed = ["a", 1];
// @ts-expect-error What is left is numbers.
export const texts: Trailing = ["a", "b"];
