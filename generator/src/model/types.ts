/**
 * The contract model: what the emitters know of the contracts. Plain data, read-only after building,
 * printed by `agentwire model --json`. Every node keeps its wire name and its place in the source.
 */

import type {
  FormField,
  Pagination,
  ParameterPlace,
  ParameterType,
  SecurityRequirement,
  SecurityScheme,
  ServiceServer,
} from "@agentwire/kit";
import type { Place } from "../diagnostics/diagnostic.js";
import type { JsonType } from "./json-types.js";

/** Identity of a type: `document name # pointer`. Never depends on order. */
export type TypeId = string;

/**
 * A JSON Schema 2020-12 whose `$ref`s are type ids, so that it means the same wherever it stands. OpenAPI 3.0
 * spellings (`nullable`, boolean `exclusiveMinimum`) are already rewritten.
 */
export type ModelSchema = boolean | { readonly [keyword: string]: unknown };

/** A named type. */
export interface TypeModel {
  readonly id: TypeId;
  /** The generated name; decided in `names/`. */
  readonly name: string;
  /** The group of files it belongs to, such as `runtime`; `""` for a single contract. */
  readonly area: string;
  readonly schema: ModelSchema;
  /** `schema`: the contract names it. `request`, `content`: made for an operation. */
  readonly origin: "schema" | "request" | "content";
  readonly place: Place;
  readonly assertFormats: boolean;
  /** Set for a variant of a schema, where `readOnly` and `writeOnly` make a difference between the directions. */
  readonly direction?: "input" | "output";
}

export interface ParameterModel {
  readonly name: string;
  readonly in: ParameterPlace;
  readonly required: boolean;
  readonly type: ParameterType;
  readonly items?: ParameterType;
  readonly members?: Readonly<Record<string, ParameterType>>;
  readonly plain?: ParameterType;
  readonly style?: string;
  readonly explode?: boolean;
  readonly allowReserved?: boolean;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly place: Place;
}

export type MediaFormat = "json" | "text" | "form" | "multipart" | "binary" | "stream";

export interface StreamModel {
  readonly framing: "sse" | "ndjson" | "json-seq";
  readonly item?: "data" | "event";
  readonly id?: string;
  readonly event?: string;
  readonly resume?: string;
  readonly terminal?: { readonly at: string; readonly values: readonly unknown[] };
  readonly heartbeat?: number;
}

export interface MediaModel {
  readonly type: string;
  readonly format: MediaFormat;
  /** The type of the content, or of one item of a stream. */
  readonly schema?: TypeId;
  readonly stream?: StreamModel;
  /** What the fields of a form stand for, where that is not text. */
  readonly fields?: Readonly<Record<string, FormField>>;
  /** The JSON types of its bodies, where they tell it from the media types before it. */
  readonly of?: readonly JsonType[];
}

export interface ResponseModel {
  readonly status: string;
  readonly description?: string;
  readonly content: readonly MediaModel[];
  readonly headers: readonly HeaderModel[];
}

/** A declared header of a response. */
export interface HeaderModel {
  readonly name: string;
  readonly type: ParameterType;
  readonly items?: ParameterType;
  readonly members?: Readonly<Record<string, ParameterType>>;
  readonly explode?: boolean;
  readonly required: boolean;
  /** Its schema's. */
  readonly place: Place;
}

export interface Documented {
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
}

export interface OperationModel extends Documented {
  /** Method name, such as `createRun`; decided in `names/`. */
  readonly name: string;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tags: readonly string[];
  readonly request?: TypeId;
  readonly requestRequired: boolean;
  readonly parameters: readonly ParameterModel[];
  readonly body?: { readonly required: boolean; readonly content: readonly MediaModel[] };
  readonly responses: readonly ResponseModel[];
  readonly security?: readonly SecurityRequirement[];
  readonly optional: boolean;
  readonly retry?: "always" | "keyed";
  readonly idempotency?: { readonly key: string; readonly generate?: true };
  readonly pagination?: Pagination & { readonly body?: TypeId };
  readonly builtin?: { readonly answers: "health" | "version"; readonly members: Readonly<Record<string, string>> };
  /** Where this operation is, if not where its service is. */
  readonly servers?: readonly ServiceServer[];
  readonly place: Place;
}

export interface ChannelModel extends Documented {
  readonly name: string;
  readonly id: string;
  readonly path: string;
  readonly request?: TypeId;
  readonly requestRequired: boolean;
  readonly parameters: readonly ParameterModel[];
  readonly receive: TypeId;
  readonly send?: TypeId;
  readonly security?: readonly SecurityRequirement[];
  readonly optional: boolean;
  /** The rest of `x-websocket`, passed to the kit as it is. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

export interface ErrorShapeModel {
  readonly media: string;
  readonly schema?: TypeId;
  readonly pointers: Readonly<Record<string, string>>;
  readonly codes?: Readonly<Record<string, { readonly code?: string; readonly status?: number }>>;
}

export interface ServiceModel extends Documented {
  /** Wire-side name, such as `tool-registry`. */
  readonly name: string;
  /** Prefix of the generated classes, such as `ToolRegistry`; decided in `names/`. */
  readonly className: string;
  readonly area: string;
  readonly title: string;
  readonly version: string;
  readonly operations: readonly OperationModel[];
  readonly channels: readonly ChannelModel[];
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  readonly security?: readonly SecurityRequirement[];
  readonly errors: ErrorShapeModel;
  readonly servers: readonly ServiceServer[];
  readonly place: Place;
}

export interface Model {
  readonly services: readonly ServiceModel[];
  /** By id, sorted by id. */
  readonly types: ReadonlyMap<TypeId, TypeModel>;
}
