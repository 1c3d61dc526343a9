import type { Entry, Folder, Json, Tree } from "./expected/index.js";

export const tree: Tree = { value: 1, children: [{ value: 2, children: [] }] };
export const folder: Folder = { entries: { a: { size: 1 }, b: { entries: {} } } };
export const entry: Entry = { size: 1, parent: folder };
export const json: Json = { a: [1, "b", null, { c: true }] };

// @ts-expect-error Two levels down.
export const deep: Tree = { value: 1, children: [{ value: 2, children: [{}] }] };
// @ts-expect-error No JSON value.
export const date: Json = { at: new Date() };
