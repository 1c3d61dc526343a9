import { pathToFileURL } from "node:url";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../model/keywords.js";
import type { SourceDocument } from "./document.js";
import { isObject, textMember } from "./json.js";
import { pointerTo } from "./pointer.js";

/** A schema resource (JSON Schema 2020-12, Core §4.3.5): a whole document, or a schema in it with an `$id` of its own. */
export interface Resource {
  /** Absolute, without a fragment. */
  readonly uri: string;
  readonly document: SourceDocument;
  readonly pointer: string;
  /** Places that have a name in this resource, by `$anchor` or `$dynamicAnchor`. */
  readonly anchors: ReadonlyMap<string, string>;
  readonly dynamicAnchors: ReadonlyMap<string, string>;
}

/** The resources of one document, and which of them a place is in. */
export class Resources {
  readonly root: Resource;
  private readonly byPointer = new Map<string, Resource>();
  /** The first of each URI. */
  private readonly byUri = new Map<string, Resource>();

  constructor(document: SourceDocument) {
    const retrieved = document.uri ?? pathToFileURL(document.path).href;
    const draft = draftOf(document, "", textMember(document.value, "$id"), retrieved);
    this.root = draft;
    this.add("", draft);
    if (!/\$(?:id|anchor|dynamicAnchor)\b/.test(document.text)) return;
    this.index(document, draft);
  }

  get all(): Iterable<Resource> {
    return this.byPointer.values();
  }

  withUri(uri: string): Resource | undefined {
    return this.byUri.get(uri);
  }

  /** The innermost resource around a place. */
  at(pointer: string): Resource {
    if (this.byPointer.size === 1) return this.root;
    for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const found = this.byPointer.get(at);
      if (found) return found;
    }
    return this.root;
  }

  private add(pointer: string, resource: Resource): void {
    this.byPointer.set(pointer, resource);
    if (!this.byUri.has(resource.uri)) this.byUri.set(resource.uri, resource);
  }

  /** An `$id` or anchor counts where a schema may stand, not inside values such as those of `enum`. */
  private index(document: SourceDocument, root: Draft): void {
    const isContract = textMember(document.value, "openapi") !== undefined;
    const stack: { value: unknown; pointer: string; resource: Draft }[] = [
      { value: document.value, pointer: "", resource: root },
    ];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { value, pointer } = next;
      if (!isObject(value)) {
        if (Array.isArray(value))
          for (const [index, item] of value.entries())
            stack.push({ ...next, value: item, pointer: pointerTo(pointer, index) });
        continue;
      }
      let { resource } = next;
      const id = textMember(value, "$id");
      if (id !== undefined && pointer !== "" && !id.startsWith("#")) {
        resource = draftOf(document, pointer, id, resource.uri);
        this.add(pointer, resource);
      }
      for (const keyword of ["$anchor", "$dynamicAnchor"] as const) {
        const anchor = textMember(value, keyword);
        if (anchor === undefined) continue;
        if (!resource.anchors.has(anchor)) resource.anchors.set(anchor, pointer);
        if (keyword === "$dynamicAnchor" && !resource.dynamicAnchors.has(anchor))
          resource.dynamicAnchors.set(anchor, pointer);
      }
      for (const [key, inner] of Object.entries(value)) {
        const at = pointerTo(pointer, key);
        if (isContract ? !isData.has(key) : schemaKeywords.has(key) || schemaListKeywords.has(key))
          stack.push({ value: inner, pointer: at, resource });
        else if (
          !isContract &&
          (schemaMapKeywords.has(key) || key === "$defs" || key === "definitions") &&
          isObject(inner)
        )
          for (const [name, schema] of Object.entries(inner))
            stack.push({ value: schema, pointer: pointerTo(at, name), resource });
      }
    }
  }
}

const isData: ReadonlySet<string> = new Set(["enum", "const", "default", "example", "examples"]);

interface Draft extends Resource {
  readonly anchors: Map<string, string>;
  readonly dynamicAnchors: Map<string, string>;
}

function draftOf(document: SourceDocument, pointer: string, id: string | undefined, base: string): Draft {
  const uri = id === undefined ? base : (absoluteUri(id, base) ?? base);
  return { uri, document, pointer, anchors: new Map(), dynamicAnchors: new Map() };
}

/** A reference against its base (RFC 3986 §5), without its fragment; undefined where it is none. */
export function absoluteUri(reference: string, base: string): string | undefined {
  const [bare = ""] = reference.split("#");
  if (bare === "") return base;
  if (!URL.canParse(bare, base)) return undefined;
  const url = new URL(bare, base);
  url.hash = "";
  return url.href;
}
