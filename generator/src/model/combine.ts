import { valueKey } from "../read/json.js";
import { addAll } from "../read/lists.js";
import type { Shape } from "./shape.js";

export const any: Shape = { kind: "any" };
export const never: Shape = { kind: "never" };

/** Any object, or any array: a JSON type and no more. */
export function isPlain(shape: Shape): boolean {
  return (
    (shape.kind === "object" && shape.members.length === 0 && shape.rest?.kind === "any") ||
    (shape.kind === "array" && shape.items.kind === "any")
  );
}

/** What one of several shapes allows. */
export function flattenUnion(shapes: readonly Shape[]): Shape {
  if (shapes.length === 1) return shapes[0] ?? never;
  const flat: Shape[] = [];
  for (const shape of shapes) {
    if (shape.kind === "any") return any;
    if (shape.kind === "union") addAll(flat, shape.of);
    else if (shape.kind !== "never") flat.push(shape);
  }
  const of = distinct(flat);
  return of.length > 1 ? { kind: "union", of } : (of[0] ?? never);
}

/** What all of several shapes allow. */
export function intersectionOf(shapes: readonly Shape[]): Shape {
  const flat: Shape[] = [];
  for (const shape of shapes) {
    if (shape.kind === "never") return never;
    if (shape.kind === "intersection") addAll(flat, shape.of);
    else if (shape.kind !== "any") flat.push(shape);
  }
  if (flat.length < 2) return flat[0] ?? any;
  // A plain object or type beside something more exact says nothing new.
  const exact = flat.filter((shape) => !(isPlain(shape) && flat.some((other) => other !== shape && !isPlain(other))));
  const of = distinct(withCommonValues(exact));
  if (of.some(({ kind }) => kind === "never")) return never;
  return of.length > 1 ? { kind: "intersection", of } : (of[0] ?? any);
}

/** Several lists of values are the one list of those that they have in common. */
function withCommonValues(shapes: readonly Shape[]): readonly Shape[] {
  const lists = shapes.filter((shape) => shape.kind === "enum");
  const [first, ...others] = lists;
  if (first === undefined || others.length === 0) return shapes;
  const known = others.map(({ values }) => new Set(values.map(valueKey)));
  const values = first.values.filter((value) => known.every((each) => each.has(valueKey(value))));
  const open = lists.every((list) => list.open);
  const common: Shape = values.length > 0 || open ? { kind: "enum", values, open } : never;
  return shapes.flatMap((shape) => (shape === first ? [common] : shape.kind === "enum" ? [] : [shape]));
}

/** Each shape once, in the order of their first appearance. */
function distinct(shapes: readonly Shape[]): readonly Shape[] {
  if (shapes.length < 2) return shapes;
  const alike = new Map<string, Alike>();
  return shapes.filter((shape) => {
    const key = outlineOf(shape);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { first: shape });
    else if (isSimple(shape.kind)) return false;
    else {
      // Printing large shapes to compare them is a waste where a glance tells them apart.
      known.texts ??= new Set([JSON.stringify(known.first)]);
      const text = JSON.stringify(shape);
      if (known.texts.has(text)) return false;
      known.texts.add(text);
    }
    return true;
  });
}

/** Shapes of one outline. */
interface Alike {
  readonly first: Shape;
  texts?: Set<string>;
}

function isSimple(kind: Shape["kind"]): boolean {
  return kind === "ref" || kind === "primitive" || kind === "any" || kind === "binary";
}

/** A text that equal shapes have in common. */
function outlineOf(shape: Shape): string {
  switch (shape.kind) {
    case "ref":
      return `ref ${shape.to}`;
    case "primitive":
      return shape.type;
    case "object":
      return `object ${shape.members.map(({ name, required, shape: { kind } }) => `${name} ${required} ${kind}`).join()}`;
    case "literal":
    case "enum":
      return JSON.stringify(shape);
    default:
      return shape.kind;
  }
}
