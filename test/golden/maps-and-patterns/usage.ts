import type { Closed, Extensions, Free, Headers, Labels, Scores } from "./expected/index.js";

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
