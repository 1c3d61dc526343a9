import type { Anything, Note, Nothing, Pet } from "./expected/index.js";

export const pet: Pet = { id: 1, name: "Rex", residence: { city: "Ulm", geo: { lat: 48.4 } }, tags: ["good"] };
export const anything: Anything[] = [null, 1, { a: [] }];

const withMore = { text: "hi", more: 1 };
export const note: Note = withMore;

// @ts-expect-error A required member is missing.
export const nameless: Pet = { id: 1 };
// @ts-expect-error exactOptionalPropertyTypes: an optional member may be left out, not be undefined.
export const undefinedTags: Pet = { id: 1, name: "Rex", tags: undefined };
// @ts-expect-error A member that the contract does not name.
export const misspelt: Pet = { id: 1, name: "Rex", tgas: [] };
// @ts-expect-error Nothing is valid.
export const nothing: Nothing = null;
