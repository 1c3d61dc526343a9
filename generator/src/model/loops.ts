import type { Code } from "../diagnostics/codes.js";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { sameValueReferences } from "./json-types.js";
import { compare } from "./order.js";
import type { SchemaReader } from "./schema.js";
import type { TypeId } from "./types.js";

/** How many schemas may have to look at one and the same value, each way to reach one counted for itself. */
const MAX_LOOKS = 50_000;
/** How long a chain of references for one and the same value may be: each calls the next. */
const MAX_CHAIN = 100;

/** What it takes to judge one value by a schema, members and items aside. */
interface Effort {
  readonly looks: number;
  readonly chain: number;
}

/**
 * Refuses schemas by which a value cannot be judged in a bounded time: those that lead back to themselves without a
 * step into a member or item, and those whose references branch, or go on, without measure. The latter are cut off,
 * so that what comes after need not mind them.
 */
export function checkLoops(schemas: SchemaReader, diagnostics: Diagnostics): void {
  const settled = new Map<TypeId, Effort>();
  const refuse = (id: TypeId, code: Code, message: string) => {
    const known = schemas.named.get(id);
    diagnostics.add(code, message, known ? { place: known.place } : {});
    settled.set(id, { looks: 1, chain: 1 });
    return known;
  };
  for (const start of [...schemas.named.keys()].sort(compare)) {
    // An explicit stack, since the graph may be deeper than the call stack; `path` is what is being entered.
    const path = new Set<TypeId>();
    const stack: { id: TypeId; leave?: readonly TypeId[] }[] = [{ id: start }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { id, leave } = next;
      if (leave) {
        path.delete(id);
        if (settled.has(id)) continue;
        const effort = effortOf(leave, settled);
        settled.set(id, effort);
        if (effort.looks <= MAX_LOOKS && effort.chain <= MAX_CHAIN) continue;
        const what = effort.chain > MAX_CHAIN ? `a chain of more than ${MAX_CHAIN}` : `more than ${MAX_LOOKS}`;
        const known = refuse(id, "schema-too-complex", `this schema needs ${what} others to judge a single value`);
        if (known) schemas.named.set(id, { ...known, schema: true });
      } else if (path.has(id)) {
        refuse(id, "ref-loop", "this schema leads back to itself without a step into a member or item");
      } else if (!settled.has(id)) {
        const targets = sameValueReferences(schemas.named.get(id)?.schema);
        path.add(id);
        stack.push({ id, leave: targets });
        for (const target of targets) stack.push({ id: target });
      }
    }
  }
}

function effortOf(targets: readonly TypeId[], settled: ReadonlyMap<TypeId, Effort>): Effort {
  let [looks, chain] = [1, 1];
  for (const target of targets) {
    const effort = settled.get(target);
    looks += effort?.looks ?? 1;
    chain = Math.max(chain, 1 + (effort?.chain ?? 1));
  }
  return { looks, chain };
}
