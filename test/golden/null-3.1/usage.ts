import type { Pet } from "./expected/index.js";

export const pet: Pet = { nick: null, owner: null, size: null, gone: null, scalar: true };
export const owned: Pet = { nick: "Rex", owner: { name: "Ann" }, size: "large", scalar: 3 };

// @ts-expect-error Only null.
export const here: Pet = { nick: null, owner: null, gone: "no" };
// @ts-expect-error A text is no scalar of this contract.
export const text: Pet = { nick: null, owner: null, scalar: "3" };
