import { fail } from "./fail.js";
import type { Violation } from "./types.js";

/** Notes that a union is not satisfied, after its variant has said why; `count` is how many violations there were before. */
export function failUnion(
  found: Violation[] | undefined,
  count: number | undefined,
  pointer: string,
  keyword: string,
): void {
  if (found === undefined || found.length === count) return;
  const last = found[found.length - 1];
  if (last?.pointer !== pointer || last.keyword !== keyword) fail(found, pointer, keyword);
}
