import type {
  AliasEnd,
  Both,
  Chain,
  Circle,
  Entry,
  Expression,
  Extended,
  Folder,
  Json,
  Left,
  Lists,
  Maps,
  Nest,
  Pair,
  Tagged,
  Tree,
} from "./expected/index.js";

export const tree: Tree = { value: 1, children: [{ value: 2, children: [] }] };
export const folder: Folder = { entries: { a: { size: 1 }, b: { entries: {} } } };
export const entry: Entry = { size: 1, parent: folder };
export const json: Json = { a: [1, "b", null, { c: true }] };

// @ts-expect-error Two levels down.
export const deep: Tree = { value: 1, children: [{ value: 2, children: [{}] }] };
// @ts-expect-error No JSON value.
export const date: Json = { at: new Date() };

export const nest: Nest = ["a", ["b", [[]]]];
export const lists: Lists = [[], [[]]];
export const maps: Maps = { a: { b: {} } };
export const pair: Pair = ["a", ["b", ["c"]]];
export const chain: Chain = { next: { next: {} } };
export const alias: AliasEnd = [[], [[]]];
export const left: Left = { right: { right: null } };
export const circle: Circle = ["a", null, [null, "b"]];
export const extended: Extended = { value: 1, twin: { value: 2, children: [] } };
export const both: Both = { value: 1, children: [{ value: 2, children: [] }] };
export const tagged: Tagged = { name: "a", other: { name: "b", more: {} } };

export function evaluate(expression: Expression): number {
  switch (expression.op) {
    case "literal":
      return expression.value;
    case "not":
      return -evaluate(expression.of);
    case "all":
      return expression.of.map(evaluate).reduce((sum, one) => sum + one, 0);
    default:
      return 0;
  }
}

// @ts-expect-error Three levels down.
export const wrongNest: Nest = ["a", ["b", [1]]];
// @ts-expect-error Recursive through an alias.
export const wrongChain: Chain = { next: { next: 1 } };
