import { realpathSync } from "node:fs";
import { dirname, isAbsolute, posix, relative, resolve, sep } from "node:path";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { defaultLimits, type ReadLimits, readDocument, type SourceDocument } from "./document.js";
import { isObject, listMember, textMember } from "./json.js";
import { pointerTo, valueAt } from "./pointer.js";

/**
 * Reads documents below one root, each once, and follows references between them. Never reads outside
 * the root and never reaches the network, whatever a contract asks for.
 */
export class Loader {
  readonly documents = new Map<string, SourceDocument>();
  private readonly failed = new Set<string>();
  private readonly anchors = new WeakMap<SourceDocument, Map<string, string>>();
  private readonly ids = new Map<string, SourceDocument>();
  private readonly realRoot: string;

  constructor(
    readonly root: string,
    readonly diagnostics: Diagnostics,
    private readonly limits: ReadLimits = defaultLimits,
  ) {
    this.realRoot = realpathSync(root);
  }

  /** The document of a file below the root; undefined when it could not be read, which has been reported. */
  load(path: string): SourceDocument | undefined {
    const known = this.documents.get(path);
    if (known || this.failed.has(path)) return known;
    const document = readDocument(path, this.nameOf(path), this.diagnostics, this.limits);
    if (!document) {
      this.failed.add(path);
      return undefined;
    }
    this.documents.set(path, document);
    return document;
  }

  /** Lets references name a document by its `$id`. Only for those read at the start: never by the order of reading. */
  register(document: SourceDocument): void {
    const id = textMember(document.value, "$id");
    if (id !== undefined) this.ids.set(id.replace(/#$/, ""), document);
  }

  /** The place a `$ref` points to. Problems are reported at the reference. */
  resolve(ref: unknown, from: Place): Place | undefined {
    if (typeof ref !== "string") return this.complain("ref-invalid", "$ref is not a text", from);
    const [file = "", fragment = ""] = splitOnce(ref, "#");
    const document = file === "" ? from.document : this.documentOf(file, ref, from);
    if (!document) return undefined;
    const pointer = this.pointerOf(document, fragment);
    if (pointer === undefined) {
      return this.complain(
        "ref-not-found",
        `$ref "${ref}" points to nothing: ${document.name} has no "#${fragment}"`,
        from,
      );
    }
    return { document, pointer };
  }

  private documentOf(file: string, ref: string, from: Place): SourceDocument | undefined {
    const known = this.ids.get(file);
    if (known) return known;
    if (/^[a-z][a-z\d+.-]+:/i.test(file) || file.startsWith("//")) {
      const beside = pathBeside(textMember(from.document.value, "$id"), file);
      if (beside !== undefined) return this.documentOf(beside, ref, from);
      return this.complain("ref-to-network", `$ref "${ref}" would leave this machine`, from);
    }
    let path: string;
    try {
      path = resolve(dirname(from.document.path), decodeURIComponent(file));
    } catch {
      return this.complain("ref-invalid", `$ref "${ref}" is not correctly percent-encoded`, from);
    }
    if (this.documents.has(path)) return this.documents.get(path);
    const real = realPath(path);
    if (real === undefined) {
      // Outside the root nothing is said about what exists.
      return isBelow(this.root, path)
        ? this.complain(
            "ref-not-found",
            `$ref "${ref}" points to a file that does not exist: ${this.nameOf(path)}`,
            from,
          )
        : this.complain("ref-outside-root", `$ref "${ref}" leads out of ${this.nameOf(this.root)}`, from);
    }
    if (!isBelow(this.realRoot, real)) {
      return this.complain("ref-outside-root", `$ref "${ref}" leads out of ${this.nameOf(this.root)}`, from);
    }
    return this.load(path);
  }

  private pointerOf(document: SourceDocument, fragment: string): string | undefined {
    let decoded: string;
    try {
      decoded = decodeURIComponent(fragment);
    } catch {
      return undefined;
    }
    if (decoded === "") return "";
    if (decoded.startsWith("/")) return valueAt(document.value, decoded) === undefined ? undefined : decoded;
    return this.anchorsOf(document).get(decoded);
  }

  private anchorsOf(document: SourceDocument): Map<string, string> {
    let anchors = this.anchors.get(document);
    if (anchors) return anchors;
    anchors = new Map();
    const stack: [unknown, string][] = [[document.value, ""]];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const [value, pointer] = next;
      if (typeof value !== "object" || value === null) continue;
      for (const keyword of ["$anchor", "$dynamicAnchor"]) {
        const anchor = textMember(value, keyword);
        if (anchor !== undefined && !anchors.has(anchor)) anchors.set(anchor, pointer);
      }
      for (const [key, inner] of Object.entries(value)) stack.push([inner, pointerTo(pointer, key)]);
    }
    this.anchors.set(document, anchors);
    return anchors;
  }

  /** Follows `$ref` from an OpenAPI object (parameter, response, path item, …) to the object itself. */
  follow(place: Place): { value: unknown; place: Place } | undefined {
    const visited = new Set<string>();
    let current = place;
    for (;;) {
      const value = valueAt(current.document.value, current.pointer);
      if (!isObject(value) || !Object.hasOwn(value, "$ref")) return { value, place: current };
      const key = `${current.document.path}#${current.pointer}`;
      if (visited.has(key))
        return this.complain("ref-loop", `$ref "${String(value.$ref)}" leads back to itself`, place);
      visited.add(key);
      const next = this.resolve(value.$ref, {
        document: current.document,
        pointer: pointerTo(current.pointer, "$ref"),
      });
      if (!next) return undefined;
      current = next;
    }
  }

  /** The members of a list in a document, each followed to its object. */
  followList(place: Place, name: string): { value: unknown; place: Place }[] {
    const list = listMember(valueAt(place.document.value, place.pointer), name) ?? [];
    return list.flatMap((_, index) => {
      const found = this.follow({ document: place.document, pointer: pointerTo(place.pointer, name, index) });
      return found ? [found] : [];
    });
  }

  /** The path of a file for people and output: relative to the root, with forward slashes. */
  nameOf(path: string): string {
    const name = relative(this.root, path).split(sep).join("/");
    return name === "" ? "." : name;
  }

  private complain(
    code: "ref-invalid" | "ref-not-found" | "ref-outside-root" | "ref-to-network" | "ref-loop",
    message: string,
    place: Place,
  ): undefined {
    this.diagnostics.add(code, message, { place });
    return undefined;
  }
}

/** The relative path between two `$id`s of one site: files lie to each other as their ids do. */
function pathBeside(base: string | undefined, target: string): string | undefined {
  if (base === undefined || !URL.canParse(base) || !URL.canParse(target)) return undefined;
  const [here, there] = [new URL(base), new URL(target)];
  if (here.protocol !== there.protocol || here.host !== there.host || here.host === "") return undefined;
  const path = posix.relative(posix.dirname(here.pathname), there.pathname);
  return path === "" ? undefined : `./${path}`;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

export function isBelow(root: string, path: string): boolean {
  const steps = relative(root, path);
  return steps === "" || (!steps.startsWith(`..${sep}`) && steps !== ".." && !isAbsolute(steps));
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
