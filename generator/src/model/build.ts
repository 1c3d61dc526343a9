import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { qualifiersOf, schemaName, usableMethodName, usableTypeName } from "../names/names.js";
import { type Claim, type NameOptions, refuseClashes, resolveNames } from "../names/resolve.js";
import { pascalCase } from "../names/words.js";
import type { SourceDocument } from "../read/document.js";
import { objectMember, textMember } from "../read/json.js";
import { pointerTo } from "../read/pointer.js";
import { areaOf, type Project } from "../read/read.js";
import { markBytes } from "./bytes.js";
import type { MadeType } from "./content.js";
import { checkForm } from "./contract-form.js";
import { Directed } from "./directed.js";
import { editable } from "./edited.js";
import { checkLoops } from "./loops.js";
import { type OperationDraft, OperationReader, stepsTo } from "./operation.js";
import { compare } from "./order.js";
import { leadingTo, usersIn } from "./references.js";
import { SchemaReader } from "./schema.js";
import { serversOf } from "./servers.js";
import { assertsFormats, checkRequirements, documentSecurity, errorShapeOf, securitySchemesOf } from "./service.js";
import type { ChannelModel, ErrorShapeModel, Model, OperationModel, ServiceModel, TypeId, TypeModel } from "./types.js";

export interface BuildOptions {
  /** Only these services; default: all. */
  readonly services?: readonly string[];
  /** Name of the service of a single file; default: `x-service`, else `info.title`. */
  readonly name?: string;
  /** Whether strict validators check `format`; default: as each contract says. */
  readonly assertFormats?: boolean;
  /** What happens when two want one name, and what names were before; default: it is an error. */
  readonly names?: { readonly types: NameOptions; readonly methods: NameOptions };
}

/** Builds the model of all contracts of a project. Problems are reported, never thrown. */
export function buildModel(project: Project, diagnostics: Diagnostics, options: BuildOptions = {}): Model {
  return readModel(project, diagnostics, options).model;
}

/** A model that can follow the edit of one schema without being built anew. */
export interface EditableModel {
  readonly model: Model;
  /**
   * The model after the schema at a place has changed in its document. Undefined where the change may reach further
   * than that schema: then the model has to be built anew.
   */
  edited(place: Place, before: unknown): EditableModel | undefined;
}

export function readModel(project: Project, diagnostics: Diagnostics, options: BuildOptions = {}): EditableModel {
  const { loader } = project;
  const first = readDrafts(project, new SchemaReader(loader, diagnostics), diagnostics);
  const { dynamic: own, named } = first.schemas;
  const dynamic = own.size === 0 ? own : leadingTo(own, usersIn(named.values()));
  const { schemas, drafts: undirected } =
    dynamic.size === 0 ? first : readDrafts(project, new SchemaReader(loader, diagnostics, dynamic), diagnostics);
  checkLoops(schemas, diagnostics);
  for (const document of project.contracts) checkForm({ document, pointer: "" }, loader, diagnostics);
  const directed = new Directed(schemas.named, schemas.marks);
  const drafts = undirected.map(({ contract, operations, errors }) => ({
    contract,
    operations: operations.map((draft) => directed.draft(draft)),
    errors: errors.schema === undefined ? errors : { ...errors, schema: directed.id(errors.schema, "output") },
  }));
  const directedSchemas = directed.schemas();

  const serving = drafts.map((draft) => ({ ...draft, ...serviceNames(project, draft.contract, diagnostics, options) }));
  const classNames = new Set(serving.flatMap(({ className }) => [`${className}Client`, `${className}Server`]));

  const naming = options.names ?? { types: refuseClashes, methods: refuseClashes };
  const types = new Map<TypeId, TypeModel>();
  const formats = new Map(project.contracts.map((document) => [areaOf(project, document), assertsFormats(document)]));
  // Nobody can add `x-name` to what is not theirs; a schema without a usable name gets a plain one there.
  const fallback = naming.types.clashes === "qualify" ? "Schema" : undefined;
  const schemaNames = resolveNames(
    directedSchemas.map(({ id, place, scope, direction }): Claim => {
      const within = [...(scope?.values() ?? [])].map((target) => `In${schemaName(target)}`);
      const wish = [schemaName(place), ...within, direction ? pascalCase(direction) : ""].join("");
      const name = usableTypeName(wish, place, diagnostics, classNames, fallback);
      const what = `the schema at ${place.document.name}#${place.pointer}`;
      return { id, name, what, place, qualifiers: () => qualifiersOf(place) };
    }),
    "type",
    naming.types,
    diagnostics,
    [],
    classNames,
  );
  const add = (type: Omit<TypeModel, "name" | "area" | "assertFormats">, name: string, contract: SourceDocument) => {
    const area = areaOf(project, contract);
    types.set(type.id, { ...type, name, area, assertFormats: options.assertFormats ?? formats.get(area) ?? true });
  };
  for (const { id, place, schema, direction } of directedSchemas)
    add(
      { id, schema, origin: "schema", place, ...(direction ? { direction } : {}) },
      schemaNames.get(id) ?? "",
      place.document,
    );
  const taken = new Set([...schemaNames.values()].map((name) => name.toLowerCase()));
  for (const { contract, operations } of drafts) {
    // Operations of two services may share a name; their types never meet in one file.
    const made = madeBy(operations);
    const names = resolveNames(
      [...made.values()].map((type): Claim => {
        const name = madeName(type, taken, diagnostics);
        const what = `the ${type.name} of an operation`;
        return { id: type.id, name, what, place: type.place, qualifiers: () => qualifiersOf(type.place) };
      }),
      "type",
      naming.types,
      diagnostics,
      schemaNames.values(),
      classNames,
    );
    for (const type of made.values()) {
      const { id, schema, origin, place } = type;
      add({ id, schema, origin, place }, names.get(id) ?? "", contract.document);
    }
  }

  const classes = resolveNames(
    serving.map(({ contract, className }): Claim => {
      const what = `the service of ${contract.document.name}`;
      return { id: contract.document.name, name: className, what, place: contract, qualifiers: () => [] };
    }),
    "type",
    refuseClashes,
    diagnostics,
  );
  const services = serving.map(({ contract, operations, errors, area, title, name }): ServiceModel => {
    const info = objectMember(contract.document.value, "info");
    const description = textMember(info, "description");
    const summary = textMember(info, "summary");
    const security = documentSecurity(contract);
    const securitySchemes = securitySchemesOf(contract, loader, diagnostics);
    checkRequirements(contract, security, securitySchemes, diagnostics);
    const methods = methodsOf(contract, operations, diagnostics, naming.methods);
    for (const each of [...methods.operations, ...methods.channels])
      checkRequirements(each.place, each.security, securitySchemes, diagnostics);
    checkRoutes(methods.operations, diagnostics);
    return {
      name,
      className: classes.get(contract.document.name) ?? "",
      area,
      title,
      version: textMember(info, "version") ?? "0",
      ...(summary === undefined ? {} : { summary }),
      ...(description === undefined ? {} : { description }),
      ...methods,
      securitySchemes,
      ...(security ? { security } : {}),
      errors,
      servers: serversOf(contract),
      place: contract,
    };
  });
  const wanted = options.services ?? [];
  const bytes = markBytes(types, services, diagnostics);
  const model: Model = {
    services: wanted.length === 0 ? services : services.filter(({ name }) => wanted.includes(name)),
    types: new Map([...bytes.types].sort((a, b) => compare(a[0], b[0]))),
  };
  return editable(model, { schemas, bytes, isPlain: dynamic.size === 0 && !directed.isNeeded, diagnostics });
}

/** The types made for operations, each once: what several paths share goes by the first of its names, in their own order. */
function madeBy(drafts: readonly OperationDraft[]): Map<TypeId, MadeType> {
  const made = new Map<TypeId, MadeType>();
  for (const type of drafts.flatMap((draft) => draft.made)) {
    const other = made.get(type.id);
    if (!other || compare(type.name, other.name) < 0) made.set(type.id, type);
  }
  return made;
}

/** Of two path templates that match the same requests, servers know the first; what stands side by side they divide. */
function checkRoutes(operations: readonly OperationModel[], diagnostics: Diagnostics): void {
  const seen = new Map<string, string>();
  for (const { method, path, place } of operations) {
    const [, one, other] = /(\{[^{}/]*\})(\{[^{}/]*\})/.exec(path) ?? [];
    if (one !== undefined) {
      const message = `nothing stands between ${one} and ${other}: servers divide them at the last dot, or after a character`;
      diagnostics.add("not-supported", message, { place });
    }
    const [bare = ""] = path.split("#", 1);
    const route = `${method} ${bare.replace(/\{[^{}]*\}/g, "{}")}`;
    const first = seen.get(route);
    if (first === undefined) seen.set(route, path);
    else
      diagnostics.add("not-supported", `no request reaches ${path} on a generated server: ${first} is the same`, {
        place,
      });
  }
}

interface Drafts {
  readonly schemas: SchemaReader;
  readonly drafts: readonly {
    readonly contract: Place;
    readonly operations: readonly OperationDraft[];
    readonly errors: ErrorShapeModel;
  }[];
}

function readDrafts(
  { loader, schemaFiles, contracts }: Project,
  schemas: SchemaReader,
  diagnostics: Diagnostics,
): Drafts {
  const reader = new OperationReader(loader, schemas, diagnostics);
  for (const document of schemaFiles) schemas.name({ document, pointer: "" });
  const drafts = contracts.map((document) => {
    const contract: Place = { document, pointer: "" };
    const components = objectMember(objectMember(document.value, "components"), "schemas") ?? {};
    for (const key of Object.keys(components))
      schemas.name({ document, pointer: pointerTo("", "components", "schemas", key) });
    const operations = [...reader.read(contract), ...reader.readWebhooks(contract)];
    return { contract, operations, errors: errorShapeOf(contract, schemas) };
  });
  schemas.drain();
  return { schemas, drafts };
}

/** What a service and its classes are called: `x-service`, else its folder, or the title of a single file. */
function serviceNames(project: Project, contract: Place, diagnostics: Diagnostics, options: BuildOptions) {
  const { document } = contract;
  const area = areaOf(project, document);
  const title = textMember(objectMember(document.value, "info"), "title") ?? (area === "" ? "Api" : area);
  const own = project.kind === "file" ? (options.name ?? title) : area;
  const name = textMember(document.value, "x-service") ?? own;
  // One file is often somebody else's: where neither its title nor a word of its name makes a name, a plain one does.
  const fallback = project.kind === "file" && options.name === undefined ? "Api" : undefined;
  return { area, title, name, className: usableTypeName(pascalCase(name), contract, diagnostics, undefined, fallback) };
}

function methodsOf(
  contract: Place,
  drafts: readonly OperationDraft[],
  diagnostics: Diagnostics,
  naming: NameOptions,
): { operations: OperationModel[]; channels: ChannelModel[] } {
  const seen = new Map<string, Place>();
  const kept = drafts.filter(({ operation, channel }) => {
    const draft = operation ?? channel;
    if (!draft) return false;
    const other = seen.get(draft.id);
    // What several paths refer to is one operation for each of them.
    if (other && !(other.document === draft.place.document && other.pointer === draft.place.pointer)) {
      diagnostics.add("duplicate-operation-id", `operationId "${draft.id}" stands twice in this document`, {
        place: { document: draft.place.document, pointer: pointerTo(draft.place.pointer, "operationId") },
      });
      return false;
    }
    seen.set(draft.id, draft.place);
    return true;
  });
  const claims = kept.map(({ operation, channel }): Claim => {
    const method = (operation ?? channel) as OperationModel | ChannelModel;
    const { id, name, path, place } = method;
    return {
      id: methodKey(contract, method),
      name: usableMethodName(name, place, diagnostics),
      what: `operation ${id}`,
      place,
      qualifiers: () => [`${operation?.method.toLowerCase() ?? "connect"} ${path}`],
    };
  });
  const names = resolveNames(claims, "method", naming, diagnostics);
  const named = <Method extends OperationModel | ChannelModel>(method: Method): Method => {
    return { ...method, name: names.get(methodKey(contract, method)) ?? "" };
  };
  return {
    operations: kept.flatMap(({ operation }) => (operation ? [named(operation)] : [])),
    channels: kept.flatMap(({ channel }) => (channel ? [named(channel)] : [])),
  };
}

/** What a method is known by from one run to the next: where its path leads to it, whatever stands there by reference. */
export function methodKey({ document }: Place, method: OperationModel | ChannelModel): string {
  const steps = "method" in method ? stepsTo(method.method) : ["get"];
  return `${document.name}#${pointerTo("", "paths", method.path, ...steps)}`;
}

/** A name the tool made up gives way to names from the contract, whose lower-case forms are given. */
function madeName({ name, place }: MadeType, taken: ReadonlySet<string>, diagnostics: Diagnostics): string {
  const isTaken = taken.has(name.toLowerCase());
  const free = isTaken ? name.replace(/(Request|Response|Body|Item|Message)?$/, "Operation$1") : name;
  return usableTypeName(free, place, diagnostics);
}
