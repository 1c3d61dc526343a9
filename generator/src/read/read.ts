import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../model/keywords.js";
import { defaultLimits, type ReadLimits, type SourceDocument } from "./document.js";
import { isObject, textMember } from "./json.js";
import { isBelow, Loader, type UriMapping } from "./loader.js";

/** The contracts of one run, read but not yet understood. */
export interface Project {
  readonly loader: Loader;
  /** OpenAPI documents, by path. */
  readonly contracts: readonly SourceDocument[];
  /** `*.schema.json` files of a contract folder, whether or not an operation uses them. */
  readonly schemaFiles: readonly SourceDocument[];
  /** Vector files of a contract folder. */
  readonly vectorFiles: readonly SourceDocument[];
  /** A folder of contracts (areas are its sub-folders), or one file (a single, nameless area). */
  readonly kind: "folder" | "file";
}

export interface ReadOptions {
  /** Folder or file, as the user gave it. */
  readonly spec: string;
  /** Folder that references may not leave; default: the contract's own folder. */
  readonly root?: string;
  readonly limits?: ReadLimits;
  /** Folders that stand for URIs, so that references to these need no network. */
  readonly mappings?: readonly UriMapping[];
}

/** Reads a folder of contracts, or one OpenAPI file. Undefined when there is nothing to go on with. */
export function readProject(
  { spec, root, limits = defaultLimits, mappings = [] }: ReadOptions,
  diagnostics: Diagnostics,
): Project | undefined {
  const path = resolve(spec);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    diagnostics.add("file-not-found", `${spec} does not exist`, { file: spec });
    return undefined;
  }
  const folder = stat.isDirectory() ? path : dirname(path);
  if (root !== undefined && !isBelow(resolve(root), folder)) {
    diagnostics.add("file-not-found", `--root ${root} is not above ${spec}`, { file: root });
    return undefined;
  }
  const loader = new Loader(root === undefined ? folder : resolve(root), diagnostics, limits, [
    ...mappings,
    ...metaSchemas(),
  ]);
  if (!stat.isDirectory()) {
    const document = loader.load(path);
    if (!document) return undefined;
    const isSchema = isSchemaDocument(document);
    if (!isSchema && !isOpenApi(document, diagnostics)) return undefined;
    loader.register(document);
    const [contracts, schemaFiles] = isSchema ? [[], [document]] : [[document], []];
    return { loader, contracts, schemaFiles, vectorFiles: [], kind: "file" };
  }
  const files = filesBelow(path);
  const hasContract = files.some(isNamedContract);
  const schemaFiles = hasContract
    ? loadAll(loader, files.filter(isNamedSchema))
    : loadAll(loader, files.filter(isNamedDocument)).filter(isSchemaDocument);
  const contracts = loadAll(loader, files.filter(isNamedContract));
  const vectorFiles = loadAll(loader, files.filter(isNamedVectors));
  for (const document of [...schemaFiles, ...contracts]) loader.register(document);
  if (!hasContract && schemaFiles.length === 0) {
    diagnostics.add("no-contract", `${spec} holds no openapi.yaml and no JSON Schema`, { file: spec });
    return undefined;
  }
  return {
    loader,
    contracts: contracts.filter((document) => isOpenApi(document, diagnostics)),
    schemaFiles,
    vectorFiles,
    kind: "folder",
  };
}

/**
 * Whether a file below a folder is read because of what it is called, and not because something refers to it; `others`
 * are what is read already.
 */
export function isReadByName(folder: string, file: string, others: ReadonlySet<string>): boolean {
  const steps = relative(folder, file).split(sep);
  if (!isBelow(folder, file) || steps.some(isPassedOver)) return false;
  if (isNamedContract(file) || isNamedSchema(file) || isNamedVectors(file)) return true;
  return isNamedDocument(file) && ![...others].some(isNamedContract);
}

const isNamedContract = (file: string) => /^openapi\.(ya?ml|json)$/.test(basename(file));
const isNamedSchema = (file: string) => file.endsWith(".schema.json");
const isNamedVectors = (file: string) => basename(dirname(file)) === "vectors" && file.endsWith(".json");
const isNamedDocument = (file: string) => /\.(ya?ml|json)$/.test(file);
const isPassedOver = (name: string) => name === "node_modules" || name.startsWith(".");

/** The area of a document: the folder below the version folder (`v1/runtime/…` is `runtime`), or `""` for one file. */
export function areaOf(project: Pick<Project, "kind">, document: SourceDocument): string {
  if (project.kind === "file") return "";
  if (document.uri !== undefined) return "external";
  const steps = document.name.split("/").slice(0, -1);
  const below = /^v\d+$/.test(steps[0] ?? "") ? steps.slice(1) : steps;
  return below[0] ?? "";
}

/** A JSON Schema that stands for itself: it says so, or it uses a keyword that says what values are valid. */
function isSchemaDocument({ value }: SourceDocument): boolean {
  if (typeof value === "boolean") return true;
  if (!isObject(value) || value.openapi !== undefined || value.swagger !== undefined) return false;
  return Object.keys(value).some((key) => schemaSigns.has(key));
}

const schemaSigns: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "$ref", "$defs", "$dynamicRef", "$anchor"],
  ...["type", "enum", "const", "pattern", "required", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ...["minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
  ...["multipleOf", "dependentRequired", "minContains", "maxContains", "format"],
  ...schemaKeywords,
  ...schemaListKeywords,
  ...schemaMapKeywords,
]);

/** The meta-schemas of 2020-12 are part of the installation. */
function metaSchemas(): UriMapping[] {
  const schema = createRequire(import.meta.url).resolve("ajv/dist/refs/json-schema-2020-12/schema.json");
  return [{ prefix: "https://json-schema.org/draft/2020-12/", folder: dirname(schema) }];
}

function isOpenApi(document: SourceDocument, diagnostics: Diagnostics): boolean {
  const version = textMember(document.value, "openapi");
  if (version !== undefined && /^3\.[012]\.\d+/.test(version)) return true;
  const place = { document, pointer: "" };
  if (version === undefined && textMember(document.value, "swagger") === undefined) {
    diagnostics.add("no-contract", `${document.name} is no OpenAPI document: it has no \`openapi\` member`, { place });
  } else {
    diagnostics.add("openapi-version", `${document.name} is OpenAPI ${version ?? "2.0 (Swagger)"}`, { place });
  }
  return false;
}

function loadAll(loader: Loader, paths: readonly string[]): SourceDocument[] {
  return paths.map((path) => loader.load(path)).filter((document) => document !== undefined);
}

function filesBelow(folder: string): string[] {
  const found: string[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      if (isPassedOver(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) found.push(path);
    }
  }
  return found.sort();
}
