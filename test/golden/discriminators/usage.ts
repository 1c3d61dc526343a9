import type {
  ByName,
  Cat,
  Dog,
  Driven,
  Incomplete,
  Inline,
  InTwo,
  MaybeInline,
  Nested,
  Several,
  Vehicle,
} from "./expected/index.js";

export const cats: Several[] = [
  { petType: "cat", lives: 9 },
  { petType: "kitten", lives: 9 },
];
export const incomplete: Incomplete[] = [
  { petType: "cat", lives: 1 },
  { petType: "Dog", bark: "wow" },
  { petType: "Fish" },
];
export const nested: Nested[] = [{ shape: "circle", radius: 1 }, { shape: "ray" }];
export const both: InTwo = { shape: "circle", radius: 1 };
export const none: MaybeInline = null;
export const driven: Driven = { type: "car", doors: 4, wheels: 4 };
export const base: Vehicle = driven;

// @ts-expect-error The mapping has another value for it.
export const byName: ByName = { petType: "Cat", lives: 9 };
// @ts-expect-error The members of another variant.
export const mixed: Inline = { op: "add", at: "a" };

export function voice(pet: ByName): string {
  if (pet.petType === "kitty") {
    const cat: Cat = pet;
    return `purr ${cat.lives}`;
  }
  if (pet.petType === "puppy") {
    const dog: Dog = pet;
    return dog.bark;
  }
  return pet.petType;
}

export function area(shape: Nested): number {
  switch (shape.shape) {
    case "circle":
      return shape.radius ** 2;
    case "square":
      return shape.side ** 2;
    case "line":
    case "ray":
      return shape.length ?? 0;
    default:
      return 0;
  }
}

export function value(step: MaybeInline): number | string | undefined {
  if (step?.op === "add") return step.value;
  if (step?.op === "remove") return step.at;
  return step?.op;
}
