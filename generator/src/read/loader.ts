import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { defaultLimits, type ReadLimits, readDocument, type SourceDocument } from "./document.js";
import { type Found, foundAt, memberAt } from "./found.js";
import { isObject, textMember } from "./json.js";
import { pointerTo, valueAt } from "./pointer.js";
import { absoluteUri, type Resource, Resources } from "./resources.js";

/** A folder that stands for everything whose URI starts with a prefix. */
export interface UriMapping {
  readonly prefix: string;
  readonly folder: string;
}

/**
 * Reads documents below one root, and below folders that stand for URIs, each once, and follows references between
 * them. Never reads outside these and never reaches the network, whatever a contract asks for.
 */
export class Loader {
  readonly documents = new Map<string, SourceDocument>();
  /** Every file that was asked for, be it one that is not there. */
  readonly asked = new Set<string>();
  private readonly failed = new Set<string>();
  private readonly resources = new Map<SourceDocument, Resources>();
  private readonly byUri = new Map<string, Resource>();
  /** What the file part of a reference leads to, by the document it stands in. */
  private readonly targets = new Map<SourceDocument, Map<string, Resource>>();
  /** Where fragments have led, by the resource that they are of. */
  private readonly fragments = new Map<Resource, Map<string, Place>>();
  private readonly realRoot: string;

  constructor(
    readonly root: string,
    readonly diagnostics: Diagnostics,
    private readonly limits: ReadLimits = defaultLimits,
    private readonly mappings: readonly UriMapping[] = [],
  ) {
    this.realRoot = realpathSync(root);
  }

  /** The document of a file; undefined when it could not be read, which has been reported. */
  load(path: string, uri?: string): SourceDocument | undefined {
    const known = this.documents.get(path);
    if (known || this.failed.has(path)) return known;
    this.asked.add(path);
    const read = readDocument(path, uri ?? this.nameOf(path), this.diagnostics, this.limits);
    if (!read) {
      this.failed.add(path);
      return undefined;
    }
    const document = uri === undefined ? read : { ...read, uri };
    this.documents.set(path, document);
    return document;
  }

  /** Lets references name a document's resources by their `$id`s. Only for those read at the start: never by the order of reading. */
  register(document: SourceDocument): void {
    for (const resource of this.resourcesOf(document).all)
      if (!this.byUri.has(resource.uri)) this.byUri.set(resource.uri, resource);
  }

  /** The document that stands for a URI, where it is at hand. */
  known(uri: string): SourceDocument | undefined {
    const resource = this.byUri.get(uri);
    if (resource) return resource.document;
    for (const { prefix, folder } of this.mappings) {
      const path = uri.startsWith(prefix) ? fileIn(folder, uri.slice(prefix.length)) : undefined;
      if (path !== undefined) return this.load(path, uri);
    }
    return undefined;
  }

  /** The innermost schema resource around a place. */
  resourceAt({ document, pointer }: Place): Resource {
    return this.resourcesOf(document).at(pointer);
  }

  /** The place a `$ref` points to. Problems are reported at the reference. */
  resolve(ref: unknown, from: Place): Place | undefined {
    if (typeof ref !== "string") return this.complain("ref-invalid", "$ref is not a text", from);
    const [file = "", fragment = ""] = splitOnce(ref, "#");
    const resource = file === "" ? this.resourceAt(from) : this.target(file, ref, from);
    if (!resource) return undefined;
    let places = this.fragments.get(resource);
    if (!places) {
      places = new Map();
      this.fragments.set(resource, places);
    }
    const known = places.get(fragment);
    if (known) return known;
    const { document } = resource;
    const pointer = pointerIn(resource, fragment);
    if (pointer === undefined) {
      return this.complain(
        "ref-not-found",
        `$ref "${ref}" points to nothing: ${document.name} has no "#${fragment}"`,
        from,
      );
    }
    const place: Place = { document, pointer };
    places.set(fragment, place);
    return place;
  }

  private resourcesOf(document: SourceDocument): Resources {
    let resources = this.resources.get(document);
    if (!resources) {
      resources = new Resources(document);
      this.resources.set(document, resources);
    }
    return resources;
  }

  private target(file: string, ref: string, from: Place): Resource | undefined {
    const base = this.resourceAt(from);
    const isRoot = base.pointer === "";
    const known = this.targets.get(from.document) ?? new Map<string, Resource>();
    this.targets.set(from.document, known);
    const found = (isRoot ? known.get(file) : undefined) ?? this.find(file, ref, from, base);
    if (found && isRoot) known.set(file, found);
    return found;
  }

  private find(file: string, ref: string, from: Place, base: Resource): Resource | undefined {
    const uri = absoluteUri(file, base.uri);
    if (uri === undefined) return this.complain("ref-invalid", `$ref "${ref}" is no URI reference`, from);
    const own = this.resourcesOf(from.document).withUri(uri);
    const known = own ?? this.byUri.get(uri) ?? this.mapped(uri, ref, from);
    if (known) return known;
    if (known === null) return undefined;
    const path = filePath(file, uri, from.document);
    if (path === null)
      return this.complain("ref-invalid", `$ref "${ref}" names no file, or is not correctly percent-encoded`, from);
    if (path === undefined) return this.complain("ref-to-network", `$ref "${ref}" would leave this machine`, from);
    const document = this.documents.get(path) ?? this.loadBelowRoot(path, ref, from);
    return document && this.resourcesOf(document).root;
  }

  /** The document that stands for a URI; null where it should exist and does not, which has been reported. */
  private mapped(uri: string, ref: string, from: Place): Resource | null | undefined {
    for (const { prefix, folder } of this.mappings) {
      if (!uri.startsWith(prefix)) continue;
      const path = fileIn(folder, uri.slice(prefix.length));
      if (path === undefined) {
        this.complain(
          "ref-not-found",
          `$ref "${ref}" points to ${uri}, which is not in the folder for ${prefix}`,
          from,
        );
        return null;
      }
      const document = this.load(path, uri);
      return document ? this.resourcesOf(document).root : null;
    }
    return undefined;
  }

  private loadBelowRoot(path: string, ref: string, from: Place): SourceDocument | undefined {
    const real = realPath(path);
    if (isBelow(this.root, path)) this.asked.add(path);
    // Outside the root nothing is said about what exists.
    if (real === undefined ? !isBelow(this.root, path) : !isBelow(this.realRoot, real))
      return this.complain("ref-outside-root", `$ref "${ref}" leads out of ${this.nameOf(this.root)}`, from);
    if (real !== undefined) return this.load(path);
    return this.complain(
      "ref-not-found",
      `$ref "${ref}" points to a file that does not exist: ${this.nameOf(path)}`,
      from,
    );
  }

  /** Follows `$ref` from an OpenAPI object (parameter, response, path item, …) to the object itself. */
  follow(start: Found): Found | undefined {
    let visited: Set<unknown> | undefined;
    let current = start;
    for (;;) {
      const { value, place } = current;
      if (!isObject(value) || !Object.hasOwn(value, "$ref")) return current;
      visited ??= new Set();
      if (visited.has(value))
        return this.complain("ref-loop", `$ref "${String(value.$ref)}" leads back to itself`, start.place);
      visited.add(value);
      const next = this.resolve(value.$ref, {
        document: place.document,
        pointer: pointerTo(place.pointer, "$ref"),
      });
      if (!next) return undefined;
      current = foundAt(next);
    }
  }

  /** The members of a list in an object, each followed to its object. */
  followList(holder: Found, name: string): Found[] {
    const list = memberAt(holder, name);
    const members = Array.isArray(list.value) ? list.value : [];
    return members.flatMap((_, index) => this.follow(memberAt(list, index)) ?? []);
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

/** The pointer of a fragment, in the document that the resource lies in; undefined where it leads to nothing. */
function pointerIn({ document, pointer, anchors }: Resource, fragment: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
  if (decoded === "") return pointer;
  if (!decoded.startsWith("/")) return anchors.get(decoded);
  return valueAt(document.value, pointer + decoded) === undefined ? undefined : pointer + decoded;
}

/** The file below a folder that stands for the rest of a URI, with or without its extension. */
function fileIn(folder: string, rest: string): string | undefined {
  const path = join(folder, decoded(rest));
  const found = [path, `${path}.json`, `${path}.yaml`].find((candidate) => realPath(candidate) !== undefined);
  return found !== undefined && isBelow(realpathSync(folder), realPath(found) ?? "") ? found : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The file that a reference means: beside its document, or as their URIs lie to each other. Null for a wrong encoding. */
function filePath(file: string, uri: string, document: SourceDocument): string | null | undefined {
  const isAbsoluteUri = /^[a-z][a-z\d+.-]+:/i.test(file) || file.startsWith("//");
  if (document.uri !== undefined) return undefined;
  try {
    if (!isAbsoluteUri) {
      const name = decodeURIComponent(file);
      // Some systems take `\\host\share` and `//host/share` for places in the network.
      return name.includes("\\") || name.startsWith("//") ? null : resolve(dirname(document.path), name);
    }
    const beside = pathBeside(textMember(document.value, "$id"), uri);
    return beside === undefined ? undefined : join(dirname(document.path), decodeURIComponent(beside));
  } catch {
    return null;
  }
}

/** The relative path between two `$id`s of one site: files lie to each other as their ids do. */
function pathBeside(base: string | undefined, target: string): string | undefined {
  if (base === undefined || !URL.canParse(base) || !URL.canParse(target)) return undefined;
  const [here, there] = [new URL(base), new URL(target)];
  if (here.protocol !== there.protocol || here.host !== there.host || here.host === "") return undefined;
  const path = posix.relative(posix.dirname(here.pathname), there.pathname);
  return path === "" ? undefined : path;
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
