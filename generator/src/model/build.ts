import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { Scope, schemaName, usableMethodName, usableTypeName } from "../names/names.js";
import { pascalCase } from "../names/words.js";
import { objectMember, textMember } from "../read/json.js";
import { pointerTo } from "../read/pointer.js";
import { areaOf, type Project } from "../read/read.js";
import type { MadeType } from "./content.js";
import { sameValueReferences } from "./json-types.js";
import { type OperationDraft, OperationReader } from "./operation.js";
import { SchemaReader } from "./schema.js";
import { assertsFormats, documentSecurity, errorShapeOf, securitySchemesOf } from "./service.js";
import type { ChannelModel, Model, OperationModel, ServiceModel, TypeId, TypeModel } from "./types.js";

export interface BuildOptions {
  /** Only these services; default: all. */
  readonly services?: readonly string[];
  /** Name of the service of a single file; default: `x-service`, else `info.title`. */
  readonly name?: string;
}

/** Builds the model of all contracts of a project. Problems are reported, never thrown. */
export function buildModel(project: Project, diagnostics: Diagnostics, options: BuildOptions = {}): Model {
  const { loader } = project;
  const schemas = new SchemaReader(loader, diagnostics);
  const reader = new OperationReader(loader, schemas, diagnostics);
  for (const document of project.schemaFiles) schemas.name({ document, pointer: "" });

  const drafts = project.contracts.map((document) => {
    const contract: Place = { document, pointer: "" };
    const components = objectMember(objectMember(document.value, "components"), "schemas") ?? {};
    for (const key of Object.keys(components))
      schemas.name({ document, pointer: pointerTo("", "components", "schemas", key) });
    const operations = reader.read(contract);
    for (const name of Object.keys(objectMember(document.value, "webhooks") ?? {})) {
      const place = { document, pointer: pointerTo("", "webhooks", name) };
      diagnostics.add("not-supported", `webhook ${name} is left out of the generated code`, { place });
    }
    return { contract, operations, errors: errorShapeOf(contract, schemas) };
  });
  schemas.drain();
  checkLoops(schemas, diagnostics);

  const named = drafts.map((draft) => ({ ...draft, ...serviceNames(project, draft.contract, diagnostics, options) }));
  const classNames = new Set(named.flatMap(({ className }) => [`${className}Client`, `${className}Server`]));

  const scope = new Scope(diagnostics);
  const types = new Map<TypeId, TypeModel>();
  const formats = new Map(project.contracts.map((document) => [areaOf(project, document), assertsFormats(document)]));
  const add = (
    id: TypeId,
    name: string,
    schema: TypeModel["schema"],
    origin: TypeModel["origin"],
    place: Place,
    area = areaOf(project, place.document),
  ) => {
    types.set(id, { id, name, area, schema, origin, place, assertFormats: formats.get(area) ?? true });
  };
  for (const { id, place, schema } of sorted([...schemas.named.values()])) {
    const name = usableTypeName(schemaName(place), place, diagnostics, classNames);
    add(id, scope.claim(name, `the schema at ${place.document.name}#${place.pointer}`, place), schema, "schema", place);
  }
  for (const { contract, operations } of drafts) {
    // Operations of two services may share a name; their types never meet in one file.
    const local = new Scope(diagnostics);
    const made = new Map(operations.flatMap((draft) => draft.made.map((type) => [type.id, type] as const)));
    for (const type of sorted([...made.values()])) {
      const area = areaOf(project, contract.document);
      const taken = (name: string) => scope.has(name) || local.has(name);
      const name = local.claim(madeName(type, taken, diagnostics), `the ${type.name} of an operation`, type.place);
      add(type.id, name, type.schema, type.origin, type.place, area);
    }
  }

  const classes = new Scope(diagnostics);
  const services = named.map(({ contract, operations, errors, area, title, name, className }): ServiceModel => {
    const info = objectMember(contract.document.value, "info");
    classes.claim(className, `the service of ${contract.document.name}`, contract);
    const description = textMember(info, "description");
    const summary = textMember(info, "summary");
    const security = documentSecurity(contract);
    return {
      name,
      className,
      area,
      title,
      version: textMember(info, "version") ?? "0",
      ...(summary === undefined ? {} : { summary }),
      ...(description === undefined ? {} : { description }),
      ...methodsOf(operations, diagnostics),
      securitySchemes: securitySchemesOf(contract, loader),
      ...(security ? { security } : {}),
      errors,
      place: contract,
    };
  });
  const wanted = options.services ?? [];
  return {
    services: wanted.length === 0 ? services : services.filter(({ name }) => wanted.includes(name)),
    types: new Map([...types].sort(([a], [b]) => compare(a, b))),
  };
}

/** What a service and its classes are called: `x-service`, else its folder, or the title of a single file. */
function serviceNames(project: Project, contract: Place, diagnostics: Diagnostics, options: BuildOptions) {
  const { document } = contract;
  const area = areaOf(project, document);
  const title = textMember(objectMember(document.value, "info"), "title") ?? area;
  const own = project.kind === "file" ? (options.name ?? title) : area;
  const name = textMember(document.value, "x-service") ?? own;
  return { area, title, name, className: usableTypeName(pascalCase(name), contract, diagnostics) };
}

function methodsOf(
  drafts: readonly OperationDraft[],
  diagnostics: Diagnostics,
): { operations: OperationModel[]; channels: ChannelModel[] } {
  const scope = new Scope(diagnostics);
  const ids = new Map<string, Place>();
  const operations: OperationModel[] = [];
  const channels: ChannelModel[] = [];
  for (const { operation, channel } of drafts) {
    const draft = operation ?? channel;
    if (!draft) continue;
    if (ids.has(draft.id)) {
      diagnostics.add("duplicate-operation-id", `operationId "${draft.id}" stands twice in this document`, {
        place: { document: draft.place.document, pointer: pointerTo(draft.place.pointer, "operationId") },
      });
      continue;
    }
    ids.set(draft.id, draft.place);
    const name = scope.claim(
      usableMethodName(draft.name, draft.place, diagnostics),
      `operation ${draft.id}`,
      draft.place,
    );
    if (operation) operations.push({ ...operation, name });
    if (channel) channels.push({ ...channel, name });
  }
  return { operations, channels };
}

/** A name the tool made up gives way to names from the contract. */
function madeName({ name, place }: MadeType, taken: (name: string) => boolean, diagnostics: Diagnostics): string {
  const free = taken(name) ? name.replace(/(Request|Response|Body|Item|Message)?$/, "Operation$1") : name;
  return usableTypeName(free, place, diagnostics);
}

/** A schema that leads back to itself without a step into a member or item: judging a value would never end. */
function checkLoops(schemas: SchemaReader, diagnostics: Diagnostics): void {
  const settled = new Set<TypeId>();
  for (const start of [...schemas.named.keys()].sort(compare)) {
    // An explicit stack, since the graph may be deeper than the call stack; `path` is what is being entered.
    const path = new Set<TypeId>();
    const stack: { id: TypeId; leave?: true }[] = [{ id: start }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { id, leave } = next;
      if (leave) {
        path.delete(id);
        settled.add(id);
      } else if (path.has(id)) {
        const place = schemas.named.get(id)?.place;
        const what = "this schema leads back to itself without a step into a member or item";
        diagnostics.add("ref-loop", what, place ? { place } : {});
        settled.add(id);
      } else if (!settled.has(id)) {
        path.add(id);
        stack.push({ id, leave: true });
        for (const target of sameValueReferences(schemas.named.get(id)?.schema)) stack.push({ id: target });
      }
    }
  }
}

function sorted<Item extends { readonly id: TypeId }>(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => compare(a.id, b.id));
}

/** Order by code unit: the same on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
