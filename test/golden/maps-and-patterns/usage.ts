import type {
  Closed,
  Extensions,
  Free,
  Headers,
  Labels,
  NamedAndClosedPattern,
  NamedAndPattern,
  RequiredOfMap,
  Scores,
  Unevaluated,
} from "./expected/index.js";

export const scores: Scores = { ann: 3 };
export const labels: Labels = { name: "x", weight: 1, on: true };
export const extensions: Extensions = { "x-note": "hi", "n-size": 3 };
export const headers: Headers = { accept: ["a", "b"] };
export const closed: Closed = {};
export const free: Free = { anything: [1] };
export const weight: number | undefined = labels.weight;

// @ts-expect-error The values are numbers.
export const words: Scores = { ann: "three" };
// @ts-expect-error The named member keeps its own type.
export const unnamed: Labels = { name: true };
// @ts-expect-error No member at all.
export const opened: Closed = { a: 1 };

export const pattern: NamedAndPattern = { id: 1, at: "now", "x-a": true, other: null };
export const closedPattern: NamedAndClosedPattern = { id: 1, "x-a": "b" };
export const totals: RequiredOfMap = { total: 3, part: 1 };
export const total = ({ total }: RequiredOfMap): number => total;
export const unevaluated: Unevaluated = { name: "a", other: "b" };

// @ts-expect-error The map describes the required member too.
export const textual: RequiredOfMap = { total: "3" };
// @ts-expect-error Whatever is left is a text.
export const numbers: Unevaluated = { name: "a", other: 1 };
// @ts-expect-error No named member, pattern or other member is an object.
export const object: NamedAndPattern = { id: 1, other: {} };
