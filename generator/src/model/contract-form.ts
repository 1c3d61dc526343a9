import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { foundAt } from "../read/found.js";
import { isObject } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerTo } from "../read/pointer.js";
import { describe } from "./well-formed.js";

/** What stands at a place of a contract. `anything` is looked at elsewhere, or is for people. */
type Rule =
  | "a text"
  | "true or false"
  | "anything"
  | { readonly list: Rule }
  | { readonly map: Rule }
  | { readonly object: string };

const [text, flag, anything] = ["a text", "true or false", "anything"] as const;
const list = (rule: Rule): Rule => ({ list: rule });
const map = (rule: Rule): Rule => ({ map: rule });
const [parameter, requestBody, response, header, media, server, pathItem, operation] = (
  ["parameter", "requestBody", "response", "header", "media", "server", "pathItem", "operation"] as const
).map((object): Rule => ({ object })) as [Rule, Rule, Rule, Rule, Rule, Rule, Rule, Rule];
const callback = map(pathItem);
const security = list(map(list(text)));
const documented = { summary: text, description: text };
const examples = { example: anything, examples: anything };
const written = { style: text, explode: flag, allowReserved: flag };
const carried = { schema: anything, content: map(media), ...examples, ...written };
const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** The objects of OpenAPI 3.0 to 3.2 by what may stand in them. */
const objects: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  document: {
    ...{ openapi: anything, $self: text, jsonSchemaDialect: text, info: { object: "info" }, externalDocs: anything },
    ...{ servers: list(server), paths: map(pathItem), webhooks: map(pathItem), components: { object: "components" } },
    ...{ security, tags: list({ object: "tag" }) },
  },
  info: { title: text, ...documented, termsOfService: text, contact: anything, license: anything, version: text },
  tag: { name: text, ...documented, externalDocs: anything, parent: text, kind: text },
  server: { url: text, name: text, description: text, variables: map(anything) },
  components: {
    ...{ schemas: map(anything), responses: map(response), parameters: map(parameter), examples: anything },
    ...{ requestBodies: map(requestBody), headers: map(header), securitySchemes: map(anything), links: anything },
    ...{ callbacks: map(callback), pathItems: map(pathItem), mediaTypes: map(media) },
  },
  pathItem: {
    ...{ $ref: anything, ...documented, servers: list(server), parameters: list(parameter) },
    ...Object.fromEntries(methods.map((method) => [method, operation])),
    additionalOperations: map(operation),
  },
  operation: {
    ...{ tags: list(text), ...documented, externalDocs: anything, operationId: text, parameters: list(parameter) },
    ...{ requestBody, responses: map(response), callbacks: map(callback), deprecated: flag, security },
    servers: list(server),
  },
  parameter: {
    ...{ name: anything, in: anything, description: text, required: flag, deprecated: flag, allowEmptyValue: flag },
    ...carried,
  },
  header: { description: text, required: flag, deprecated: flag, allowEmptyValue: flag, ...carried },
  requestBody: { description: text, required: flag, content: map(media) },
  response: { ...documented, headers: map(header), content: map(media), links: anything },
  media: {
    ...{ schema: anything, itemSchema: anything, ...examples, encoding: map({ object: "encoding" }) },
    ...{ prefixEncoding: anything, itemEncoding: anything },
  },
  encoding: {
    ...{ contentType: text, headers: anything, ...written },
    ...{ encoding: anything, prefixEncoding: anything, itemEncoding: anything },
  },
};

/** A value on the way through a contract; its place is worked out only when something is to be said. */
interface Step {
  readonly value: unknown;
  readonly rule: Rule;
  readonly from: Place | Step;
  readonly key: string;
}

/**
 * Says what of a contract is of no form that OpenAPI knows, and so is not read at all: a list of parameters that is an
 * object, a key that is none. What is null counts as left empty on purpose.
 */
export function checkForm(contract: Place, loader: Loader, diagnostics: Diagnostics): void {
  const visited = new Set<unknown>();
  const pending: Step[] = [];
  const enter = (value: unknown, rule: Rule, from: Place | Step, key: string) => {
    if (value !== null && value !== undefined && rule !== "anything") pending.push({ value, rule, from, key });
  };
  const say = (step: Step, message: string) => {
    diagnostics.add("not-supported", `${message}, and is left out of the generated code`, { place: placeOf(step) });
  };
  pending.push({ value: contract.document.value, rule: { object: "document" }, from: contract, key: "" });
  for (let step = pending.pop(); step; step = pending.pop()) {
    const { value, rule, key } = step;
    if (typeof rule === "string") {
      if (!isOf(rule, value)) say(step, `${key} must be ${rule}; this is ${describe(value)}`);
      continue;
    }
    if ("list" in rule) {
      if (Array.isArray(value)) for (const [index, item] of value.entries()) enter(item, rule.list, step, `${index}`);
      else say(step, `${key} must be a list; this is ${describe(value)}`);
      continue;
    }
    if (!isObject(value)) {
      say(step, `${key} must be an object; this is ${describe(value)}`);
      continue;
    }
    if (visited.has(value)) continue;
    visited.add(value);
    if (typeof value.$ref === "string") {
      // What this document's components hold is looked at there.
      const target = value.$ref.startsWith("#/components/") ? undefined : loader.follow(foundAt(placeOf(step)));
      if (target) enter(target.value, rule, target.place, "");
    } else if ("map" in rule) {
      for (const name in value) if (!name.startsWith("x-")) enter(value[name], rule.map, step, name);
    } else {
      const known = objects[rule.object] ?? {};
      for (const name in value) {
        if (Object.hasOwn(known, name)) enter(value[name], known[name] ?? "anything", step, name);
        // Those of paths have been reported already.
        else if (!name.startsWith("x-") && rule.object !== "pathItem")
          say({ value: undefined, rule, from: step, key: name }, `${JSON.stringify(name)} is no key of OpenAPI here`);
      }
    }
  }
}

function isOf(rule: string, value: unknown): boolean {
  return typeof value === (rule === "a text" ? "string" : "boolean");
}

function placeOf({ from, key }: Step): Place {
  const keys = key === "" ? [] : [key];
  let outer = from;
  for (; "rule" in outer; outer = outer.from) if (outer.key !== "") keys.unshift(outer.key);
  return { document: outer.document, pointer: pointerTo(outer.pointer, ...keys) };
}
