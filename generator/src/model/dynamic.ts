import type { Place } from "../diagnostics/diagnostic.js";
import { isObject, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { valueAt } from "../read/pointer.js";
import type { Resource } from "../read/resources.js";

/**
 * The dynamic scope of JSON Schema 2020-12 (Core §7.1), as far as it matters: for each `$dynamicAnchor`, the outermost
 * resource on the way here that has it. A schema read in another scope is another type, so that what `$dynamicRef`
 * means is settled when code is generated.
 */
export type Scope = ReadonlyMap<string, Place>;

export const noScope: Scope = new Map();

/** The scope inside a resource: what is bound stays bound, as the outermost counts. */
export function enter(scope: Scope, { document, dynamicAnchors }: Resource): Scope {
  let inner: Map<string, Place> | undefined;
  for (const [name, pointer] of dynamicAnchors) {
    if (scope.has(name)) continue;
    inner ??= new Map(scope);
    inner.set(name, { document, pointer });
  }
  return inner ?? scope;
}

/** A text for a scope; the same for the same bindings. */
export function scopeKey(scope: Scope): string {
  return [...scope]
    .map(([name, { document, pointer }]) => `${name}=${document.name}#${pointer}`)
    .sort()
    .join("&");
}

/** Where a `$dynamicRef` leads in a scope, from where it leads at first. */
export function dynamicTarget(reference: string, first: Place, scope: Scope): Place {
  const anchor = reference.slice(reference.indexOf("#") + 1);
  const value = valueAt(first.document.value, first.pointer);
  return textMember(value, "$dynamicAnchor") === anchor ? (scope.get(anchor) ?? first) : first;
}

/** The resource that a schema starts, when it has an `$id` of its own. */
export function ownResource(value: unknown, place: Place, loader: Loader): Resource | undefined {
  if (!isObject(value) || value.$id === undefined) return undefined;
  const resource = loader.resourceAt(place);
  return resource.pointer === place.pointer ? resource : undefined;
}
