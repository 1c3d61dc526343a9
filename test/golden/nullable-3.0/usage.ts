import type {
  ListOfMaybe,
  MaybeMap,
  MaybeObject,
  MaybeOwner,
  MaybePet,
  Pet,
  Sibling,
  Sizes,
} from "./expected/index.js";

export const pet: Pet = { nick: null, owner: null, size: null, tags: null, weight: 1 };
export const owned: Pet = { nick: "Rex", owner: { name: "Ann" }, size: "small", tags: ["a"] };

// @ts-expect-error Required and nullable: null is a value, absence is not.
export const absent: Pet = { nick: null };
// @ts-expect-error Not nullable.
export const weightless: Pet = { nick: null, owner: null, weight: null };
// @ts-expect-error No such size.
export const misspelt: Pet = { nick: null, owner: null, size: "smal" };

export const nulls: [MaybeMap, MaybeObject, MaybeOwner, MaybePet, Sizes] = [null, null, null, null, null];
export const inner: [MaybeMap, MaybeObject, ListOfMaybe, Sibling] = [{ a: null }, { a: null }, [null], { owner: null }];
export const barks = (pet: MaybePet): boolean | undefined => (pet?.kind === "dog" ? pet.barks : undefined);

// @ts-expect-error The items may be null, the list itself not.
export const noList: ListOfMaybe = null;
