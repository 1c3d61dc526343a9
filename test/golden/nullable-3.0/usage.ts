import type { Pet } from "./expected/index.js";

export const pet: Pet = { nick: null, owner: null, size: null, tags: null, weight: 1 };
export const owned: Pet = { nick: "Rex", owner: { name: "Ann" }, size: "small", tags: ["a"] };

// @ts-expect-error Required and nullable: null is a value, absence is not.
export const absent: Pet = { nick: null };
// @ts-expect-error Not nullable.
export const weightless: Pet = { nick: null, owner: null, weight: null };
// @ts-expect-error No such size.
export const misspelt: Pet = { nick: null, owner: null, size: "smal" };
