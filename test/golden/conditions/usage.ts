import type { Address, Conditional, Keys, Mostly, NotText, Payment, Sealed, Strict, Typed } from "./expected/index.js";

export const address: Address = { country: "FR" };
export const payment: Payment = { card: "1", expires: "2030-01" };
export const conditional: Conditional = { kind: "a", a: 1 };
export const lists: [Mostly, Sealed] = [["a", 1], [1]];
export const strict: Strict = { id: 1, name: "a" };
export const typed: Typed = { id: 1 };
export const keys: Keys = { red: 1 };
export const anything: NotText[] = [1, null, {}];

// @ts-expect-error A member that no branch names.
export const misspelt: Conditional = { kind: "a", b: 1 };
// @ts-expect-error Part of every value.
export const nobody: Strict = { name: "a" };
