import {
  type Cat,
  type Dog,
  InlineOverlap,
  type Items,
  type LaterRequired,
  type Named,
  type Size,
} from "./expected/index.js";

export const cat: Cat = { kind: "cat", lives: 9, color: "red" };
export const dog: Dog = { kind: "dog", legs: 4, color: "green" };
export const legs = (animal: LaterRequired): number => animal.legs;
export const tag = (animal: Cat | Dog): number => (animal.kind === "dog" ? animal.legs : (animal.lives ?? 9));
export const sizes: Size[] = ["small", "large"];
export const overlap: readonly ["red"] = InlineOverlap;
export const named: Named[] = [
  { name: "a", age: 1 },
  { name: "b", born: "today" },
];
export const items: Items = ["a"];

// @ts-expect-error A member that is required later.
export const legless: LaterRequired = { kind: "ant" };
// @ts-expect-error The text is a tag now.
export const tiger: Cat = { kind: "tiger" };
// @ts-expect-error A value of one enum only.
export const green: InlineOverlap = "green";
// @ts-expect-error No such size.
export const medium: Size = "medium";
// @ts-expect-error Neither branch.
export const nameOnly: Named = { name: "a" };
