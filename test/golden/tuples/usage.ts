import type { Empty, Line, Point, Row } from "./expected/index.js";

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
