import type { Place } from "../diagnostics/diagnostic.js";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "../model/keywords.js";
import type { Model, ModelSchema, ServiceModel, TypeId } from "../model/types.js";
import { foundAt } from "../read/found.js";
import { isObject, plainObject } from "../read/json.js";
import type { Loader } from "../read/loader.js";
import { pointerTo } from "../read/pointer.js";

/**
 * The contract of one service as one self-contained document: every referenced schema is a component under
 * its generated name, every other reference is replaced by what it points to. A `$ref` in an enum, constant or default
 * is a member like any other, which readers of the document may not know: there it is called `dataRef`.
 */
export function bundle(service: ServiceModel, model: Model, loader: Loader, dataRef: string): Record<string, unknown> {
  const bundler = new Bundler(model, loader, dataRef);
  const document = bundler.inline(service.place.document.value, service.place, []) as Record<string, unknown>;
  const components = isObject(document.components) ? document.components : {};
  return { ...document, components: { ...components, schemas: bundler.schemas() } };
}

class Bundler {
  private readonly used = new Set<TypeId>();
  private readonly queue: TypeId[] = [];

  constructor(
    private readonly model: Model,
    private readonly loader: Loader,
    private readonly dataRef: string,
  ) {}

  /** A value of the document with its references resolved. `path` is what is being entered, to stop at loops. */
  inline(value: unknown, place: Place, path: readonly string[], isMap = false): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.inline(item, step(place, index), path));
    if (!isObject(value)) return value;
    if (typeof value.$ref === "string") {
      const target = this.loader.resolve(value.$ref, step(place, "$ref"));
      if (!target) return {};
      const id = `${target.document.name}#${target.pointer}`;
      if (this.model.types.has(id)) return { ...withoutRef(value), $ref: this.refer(id) };
      const followed = this.loader.follow(foundAt(target));
      if (!followed || path.includes(id)) return {};
      return this.inline(followed.value, followed.place, [...path, id]);
    }
    const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      // Components that are schemas come in by use; our own keys mean nothing to other tools.
      if (key === "schemas" && place.pointer === "/components") return [];
      if (key.startsWith("x-") || isDiscriminator(key, inner)) return [];
      // What stands in values of a contract is no reference of it, though others would follow one in an example.
      if (!isMap && isData.has(key)) return [[key, this.data(inner)]];
      if (!isMap && (key === "examples" || (key === "example" && typeof inner === "object"))) return [];
      return [[key, this.inline(inner, step(place, key), path, !isMap && namedThings.has(key))]];
    });
    return plainObject(entries);
  }

  /** The schemas that were referred to, and those they refer to, by name. */
  schemas(): Record<string, unknown> {
    const found: [string, unknown][] = [];
    for (let id = this.queue.pop(); id !== undefined; id = this.queue.pop()) {
      const type = this.model.types.get(id);
      if (type) found.push([type.name, this.rewrite(type.schema)]);
    }
    return plainObject(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private rewrite(schema: ModelSchema): unknown {
    if (typeof schema === "boolean") return schema;
    const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
      if (keyword === "$ref") return [keyword, this.refer(String(value))];
      if (schemaListKeywords.has(keyword) && Array.isArray(value))
        return [keyword, value.map((item) => this.rewrite(item as ModelSchema))];
      if (schemaKeywords.has(keyword)) return [keyword, this.rewrite(value as ModelSchema)];
      if (schemaMapKeywords.has(keyword) && isObject(value)) {
        return [
          keyword,
          plainObject(Object.entries(value).map(([key, item]) => [key, this.rewrite(item as ModelSchema)] as const)),
        ];
      }
      return [keyword, isData.has(keyword) ? this.data(value) : value];
    });
    return plainObject(
      entries.filter(([keyword, value]) => !keyword.startsWith("x-") && !isDiscriminator(keyword, value)),
    );
  }

  /** A value with its `$ref` members under the name that tells them from references. */
  private data(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.data(item));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(
      ([key, inner]) => [key === "$ref" ? this.dataRef : key, this.data(inner)] as const,
    );
    return plainObject(entries);
  }

  private refer(id: TypeId): string {
    if (!this.used.has(id)) {
      this.used.add(id);
      this.queue.push(id);
    }
    return `#/components/schemas/${this.model.types.get(id)?.name ?? "Unknown"}`;
  }
}

const isData: ReadonlySet<string> = new Set(["default", "enum", "const"]);

/** Members whose own members have names that people give. */
const namedThings: ReadonlySet<string> = new Set([
  ...schemaMapKeywords,
  ...["$defs", "definitions", "paths", "webhooks", "pathItems", "schemas", "parameters", "headers", "requestBodies"],
  ...["responses", "content", "callbacks", "links", "encoding", "securitySchemes", "variables"],
]);

/** Its mapping names schemas by the names they had before; the variants' own constants say the same. */
function isDiscriminator(key: string, value: unknown): boolean {
  return key === "discriminator" && isObject(value) && typeof value.propertyName === "string";
}

function withoutRef({ $ref: _, ...rest }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return rest;
}

function step(place: Place, part: string | number): Place {
  return { document: place.document, pointer: pointerTo(place.pointer, part) };
}
