import type {
  MaybeEnum,
  MaybeList,
  MaybeObject,
  MaybePet,
  MaybeTuple,
  NestedMaybe,
  NullEnum,
  Pet,
} from "./expected/index.js";

export const pet: Pet = { nick: null, owner: null, size: null, gone: null, scalar: true };
export const owned: Pet = { nick: "Rex", owner: { name: "Ann" }, size: "large", scalar: 3 };

// @ts-expect-error Only null.
export const here: Pet = { nick: null, owner: null, gone: "no" };
// @ts-expect-error A text is no scalar of this contract.
export const text: Pet = { nick: null, owner: null, scalar: "3" };

export const nulls: [MaybeEnum, MaybeList, MaybeObject, MaybePet, MaybeTuple, NullEnum] = [
  null,
  null,
  null,
  null,
  null,
  null,
];
export const nested: NestedMaybe = { list: [null, { name: "Ann" }], map: { a: null } };
export const barks = (pet: MaybePet): boolean | undefined => (pet?.kind === "dog" ? pet.barks : undefined);

// @ts-expect-error The list may be null, and hold nulls, but no numbers.
export const numbers: MaybeList = [1];
// @ts-expect-error Null is not the only value, but an absent member is none.
export const incomplete: MaybeObject = {};
