import { isObject, member, objectMember } from "../read/json.js";
import type { MadeType } from "./content.js";
import { type Direction, Directions, variantId } from "./direction.js";
import type { OperationDraft } from "./operation.js";
import type { NamedSchema } from "./schema.js";
import type { ChannelModel, MediaModel, ModelSchema, OperationModel, TypeId } from "./types.js";

/** A named schema, or its variant for one direction. */
export interface DirectedSchema extends NamedSchema {
  readonly direction?: Direction;
}

/** What is sent and what comes back, apart where `readOnly` and `writeOnly` make a difference. */
export class Directed {
  private readonly directions: Directions;
  private readonly roots: Readonly<Record<Direction, (ModelSchema | TypeId)[]>> = { input: [], output: [] };

  constructor(
    private readonly named: ReadonlyMap<TypeId, NamedSchema>,
    marks: ReadonlySet<string>,
  ) {
    this.directions = new Directions(named, marks);
  }

  /** Whether any type is different in one direction. */
  get isNeeded(): boolean {
    return this.directions.areNeeded;
  }

  /** The operation with the types of its directions. */
  draft({ operation, channel, made }: OperationDraft): OperationDraft {
    const used = operation ?? channel;
    const sent = new Set<TypeId | undefined>([used?.request, channel?.send]);
    for (const { schema } of operation?.body?.content ?? []) sent.add(schema);
    return {
      ...(operation ? { operation: this.operation(operation) } : {}),
      ...(channel ? { channel: this.channel(channel) } : {}),
      made: made.map((type) => this.made(type, sent.has(type.id) ? "input" : "output")),
    };
  }

  /** The type of a direction; asked for here, it is among `schemas`. */
  id(id: TypeId, direction: Direction): TypeId {
    this.roots[direction].push(id);
    return this.directions.idFor(id, direction);
  }

  /** All named schemas, and the variants that the operations need. */
  schemas(): DirectedSchema[] {
    const variants = (["input", "output"] as const).flatMap((direction) =>
      this.directions.variantsFrom(this.roots[direction], direction).flatMap((id): DirectedSchema[] => {
        const original = this.named.get(id);
        if (!original) return [];
        const schema = this.directions.schemaFor(original.schema, direction);
        return [{ ...original, id: variantId(id, direction), schema, direction }];
      }),
    );
    return [...this.named.values(), ...variants];
  }

  private operation(operation: OperationModel): OperationModel {
    const { body, responses, pagination } = operation;
    return {
      ...operation,
      ...(body ? { body: { ...body, content: body.content.map((media) => this.media(media, "input")) } } : {}),
      responses: responses.map((response) => ({
        ...response,
        content: response.content.map((media) => this.media(media, "output")),
      })),
      ...(pagination?.body === undefined
        ? {}
        : { pagination: { ...pagination, body: this.id(pagination.body, "output") } }),
    };
  }

  private channel(channel: ChannelModel): ChannelModel {
    const { receive, send } = channel;
    return {
      ...channel,
      receive: this.id(receive, "output"),
      ...(send === undefined ? {} : { send: this.id(send, "input") }),
    };
  }

  private media(media: MediaModel, direction: Direction): MediaModel {
    return media.schema === undefined ? media : { ...media, schema: this.id(media.schema, direction) };
  }

  private made(type: MadeType, direction: Direction): MadeType {
    this.roots[direction].push(type.schema);
    const schema = this.directions.schemaFor(type.schema, direction);
    if (schema === type.schema) return type;
    return { ...type, schema: type.origin === "request" ? asRequired(schema, type.schema) : schema };
  }
}

/** Of a request, the body and the parameters must be there or not, whatever their own schemas say of the direction. */
function asRequired(schema: ModelSchema, given: ModelSchema): ModelSchema {
  if (!isObject(schema) || !isObject(given)) return schema;
  const groups = Object.entries(objectMember(schema, "properties") ?? {}).map(([name, group]) => {
    const required = member(objectMember(given.properties, name), "required");
    return [name, name === "body" || required === undefined ? group : { ...(group as object), required }] as const;
  });
  const properties = Object.fromEntries(groups);
  return { ...schema, properties, ...(given.required === undefined ? {} : { required: given.required }) };
}
