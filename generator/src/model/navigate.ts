import { pointerParts } from "../read/pointer.js";
import { type Shape, shapeOf } from "./shape.js";
import type { ModelSchema, TypeId } from "./types.js";

type Lookup = (id: TypeId) => ModelSchema | undefined;

/** The shape that a JSON pointer leads to in values of a shape; undefined where no such value can be. */
export function shapeAt(shape: Shape, pointer: string, lookup: Lookup): Shape | undefined {
  let current: Shape | undefined = shape;
  for (const part of pointerParts(pointer)) {
    current = stepInto(current, part, lookup);
    if (!current) return undefined;
  }
  return current;
}

/** The shape behind references. */
export function resolvedShape(shape: Shape, lookup: Lookup): Shape {
  let current = shape;
  for (let steps = 0; current.kind === "ref" && steps < 64; steps++)
    current = shapeOf(lookup(current.to) ?? true, lookup);
  return current;
}

function stepInto(shape: Shape, part: string, lookup: Lookup): Shape | undefined {
  const here = resolvedShape(shape, lookup);
  switch (here.kind) {
    case "any":
      return here;
    case "object":
      return here.members.find(({ name }) => name === part)?.shape ?? here.rest;
    case "array":
      return here.items;
    case "tuple":
      return here.items[Number(part)] ?? here.rest;
    case "union":
    case "intersection": {
      const found = here.of.map((one) => stepInto(one, part, lookup)).filter((one) => one !== undefined);
      return found.length > 1 ? { kind: here.kind, of: found } : found[0];
    }
    default:
      return undefined;
  }
}
