import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { Fragments } from "../emit/fragments.js";
import { formatFunctions } from "../emit/validation/locals.js";
import { rememberTypes } from "../model/json-types.js";
import type { Model, ModelSchema, ParameterModel, ServiceModel, TypeId, TypeModel } from "../model/types.js";
import { isObject } from "../read/json.js";
import { pointerTo, valueAt } from "../read/pointer.js";
import { addParts, type Part, type Status, type Surroundings, statusOf } from "./keywords.js";

/** A keyword, or another part of a contract, that the output does not carry in full. */
export interface Loss {
  readonly status: Exclude<Status, "exact">;
  readonly keyword: string;
  readonly place: Place;
  /** What is lost, where the keyword does not say it all. */
  readonly says?: string;
}

/** A schema, and what of it generated TypeScript does not say. */
export interface SchemaLoss {
  readonly name: string;
  readonly place: Place;
  readonly status: Status;
  /** Worked out when they are asked for: most runs only count. */
  readonly losses: () => readonly Loss[];
}

export interface LossReport {
  readonly schemas: readonly SchemaLoss[];
  /** What of the contract beside its schemas is left out. */
  readonly contract: readonly Loss[];
}

/** A schema to be judged: one of the types, one of a parameter, or a response header, which is no type. */
interface Judged {
  readonly key: string;
  readonly name: string;
  readonly place: Place;
  readonly assertFormats: boolean;
  readonly type?: TypeId;
  readonly isHeader?: true;
}

/** Compares the contracts with what was generated for them. `validated`: validators are part of the output. */
export function lossOf(
  model: Model,
  diagnostics: Diagnostics,
  validated: boolean,
  fragments = new Fragments(),
): LossReport {
  const lookup = (id: string) => {
    fragments.uses(id);
    return model.types.get(id)?.schema;
  };
  if (!fragments.again) rememberTypes(lookup);
  const surroundings = { lookup, formats: new Set([...Object.keys(formatFunctions), "int32"]) };
  const judge = (judged: Judged): SchemaLoss => {
    const { key, name, place, type, assertFormats } = judged;
    const find = (): Iterable<KeywordLoss> => {
      const around = { ...surroundings, assertFormats };
      if (judged.isHeader) return lossesInHeader(place, around);
      return lossesIn(place, type === undefined ? undefined : lookup(type), around, validated);
    };
    return {
      name,
      place,
      status: fragments.get("loss", key, () => worst(find())),
      losses: () => fragments.get("losses", key, () => Array.from(find(), inPlace)),
    };
  };
  const schemas: SchemaLoss[] = [];
  for (const type of model.types.values()) {
    const { id, name, place, assertFormats } = type;
    if (isWritten(type)) schemas.push(judge({ key: id, name, place, assertFormats, type: id }));
  }
  for (const service of model.services)
    for (const part of fragments.get("judged", service.name, () => judgedIn(service))) schemas.push(judge(part));
  return { schemas, contract: contractLosses(diagnostics) };
}

/** How many schemas fare how well, and how much of the contract beside them is left out. */
export function countLosses({ schemas, contract }: LossReport): Record<Status, number> {
  const counts = { exact: 0, widened: 0, unsupported: contract.length };
  for (const { status } of schemas) counts[status]++;
  return counts;
}

/** Types that stand in the contract; those of whole requests are made of its parts, and variants of its types. */
function isWritten({ origin, direction }: TypeModel): boolean {
  return origin !== "request" && direction === undefined;
}

/** The schemas of a service that are no types. Those of shared parameters and headers are judged once, by their places. */
function judgedIn({ operations, channels }: ServiceModel): Judged[] {
  const judged: Judged[] = [];
  const places = new Map<ParameterModel, Place | undefined>();
  const placeOf = (parameter: ParameterModel) => {
    if (!places.has(parameter)) places.set(parameter, schemaPlace(parameter));
    return places.get(parameter);
  };
  for (const { name: operation, parameters } of [...operations, ...channels])
    for (const parameter of parameters) {
      const place = placeOf(parameter);
      if (!place) continue;
      const name = `${operation} ${parameter.in} ${parameter.name}`;
      judged.push({ key: `${place.document.name}#${place.pointer} parameter`, name, place, assertFormats: true });
    }
  for (const { name: operation, responses } of operations)
    for (const { status, headers } of responses)
      for (const { name: header, place } of headers) {
        const name = `${operation} ${status} header ${header}`;
        const key = `${place.document.name}#${place.pointer} header`;
        judged.push({ key, name, place, assertFormats: true, isHeader: true });
      }
  return judged;
}

function schemaPlace({ place }: ParameterModel): Place | undefined {
  const value = valueAt(place.document.value, place.pointer);
  if (!isObject(value)) return undefined;
  if (value.schema !== undefined) return { ...place, pointer: pointerTo(place.pointer, "schema") };
  const [type] = Object.keys(isObject(value.content) ? value.content : {});
  return type === undefined
    ? undefined
    : { document: place.document, pointer: pointerTo(place.pointer, "content", type, "schema") };
}

/** A keyword of a schema, or of one inside it, that is not carried in full. */
interface KeywordLoss {
  readonly status: Loss["status"];
  readonly keyword: string;
  readonly root: Place;
  /** Where inside the root; the root itself where it is not set. */
  readonly part?: Part;
}

function* lossesIn(
  root: Place,
  schema: ModelSchema | undefined,
  surroundings: Surroundings,
  validated: boolean,
): Generator<KeywordLoss> {
  const whole = valueAt(root.document.value, root.pointer);
  const pending: Part[] = isObject(whole) ? [{ steps: [], source: whole, model: schema }] : [];
  for (let part = pending.pop(); part; part = pending.pop()) {
    const { source, model } = part;
    for (const keyword in source) {
      const status = statusOf(keyword, source[keyword], source, model, surroundings);
      if (status !== "exact") yield { status: validated ? status : "unsupported", keyword, root, part };
    }
    // A named schema inside has its own entry.
    addParts(part, pending);
  }
}

function inPlace({ status, keyword, root, part }: KeywordLoss): Loss {
  const pointer = part ? pointerOf(root, part) : root.pointer;
  return { status, keyword, place: { document: root.document, pointer: pointerTo(pointer, keyword) } };
}

/** Of a response header, types and validators say the JSON type alone. */
function* lossesInHeader(root: Place, surroundings: Surroundings): Generator<KeywordLoss> {
  const source = valueAt(root.document.value, root.pointer);
  if (!isObject(source)) return;
  for (const keyword of Object.keys(source)) {
    const isValues = keyword === "enum" || keyword === "const";
    const status = statusOf(keyword, source[keyword], source, undefined, surroundings);
    if (keyword === "type" || (status === "exact" && !isValues)) continue;
    yield { status: "unsupported", keyword, root };
  }
}

function pointerOf(root: Place, { outer, steps }: Part): string {
  return outer ? pointerTo(pointerOf(root, outer), ...steps) : root.pointer;
}

function contractLosses({ list }: Diagnostics): Loss[] {
  return list.flatMap(({ code, place, message }): Loss[] => {
    if (code !== "not-supported" || !place) return [];
    const keyword = place.pointer.split("/").findLast((step) => contractKeywords.has(step)) ?? "";
    return [{ status: "unsupported", keyword, place, says: message }];
  });
}

const contractKeywords: ReadonlySet<string> = new Set([
  ...["webhooks", "callbacks", "links", "parameters", "headers", "content", "encoding", "servers", "security"],
  ...["requestBody", "responses", "paths", "securitySchemes", "schemas"],
]);

/** The worst status of all; what comes after something that nothing carries is not looked for. */
function worst(losses: Iterable<Pick<Loss, "status">>): Status {
  let found: Status = "exact";
  for (const { status } of losses) {
    if (status === "unsupported") return status;
    found = status;
  }
  return found;
}
