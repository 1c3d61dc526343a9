import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { resolvedShape, shapeAt } from "../model/navigate.js";
import { shapeOf } from "../model/shape.js";
import type { Model, OperationModel, ServiceModel, TypeId } from "../model/types.js";
import { pointerTo } from "../read/pointer.js";

/** Every JSON pointer in keys of ours must lead to something in the schema it points into. */
export function checkPointers(service: ServiceModel, model: Model, diagnostics: Diagnostics): void {
  const lookup = (id: TypeId) => model.types.get(id)?.schema;
  const check = (id: TypeId | undefined, pointer: string | undefined, place: Place, what: string) => {
    if (id === undefined || pointer === undefined) return;
    if (shapeAt(shapeOf(lookup(id) ?? true, lookup), pointer, lookup)) return;
    diagnostics.add(
      "contract-pointer",
      `${what} "${pointer}" leads to nothing in ${model.types.get(id)?.name ?? "the schema"}`,
      { place },
    );
  };
  const below = ({ document, pointer }: Place, ...parts: string[]) => ({
    document,
    pointer: pointerTo(pointer, ...parts),
  });

  for (const [key, pointer] of Object.entries(service.errors.pointers)) {
    check(service.errors.schema, pointer, below(service.place, "x-errors", key), `x-errors.${key}`);
  }
  for (const operation of service.operations) {
    const { pagination, idempotency, builtin, place } = operation;
    check(operation.request, idempotency?.key, below(place, "x-idempotency", "key"), "x-idempotency.key");
    if (pagination) {
      check(pagination.body, pagination.items, below(place, "x-pagination", "items"), "x-pagination.items");
      check(pagination.body, pagination.next, below(place, "x-pagination", "next"), "x-pagination.next");
      const items =
        pagination.body && shapeAt(shapeOf(lookup(pagination.body) ?? true, lookup), pagination.items, lookup);
      if (items && resolvedShape(items, lookup).kind !== "array") {
        diagnostics.add("contract-pointer", `x-pagination.items "${pagination.items}" is no array`, {
          place: below(place, "x-pagination", "items"),
        });
      }
      if (
        !operation.parameters.some((parameter) => parameter.in === "query" && parameter.name === pagination.cursor.name)
      ) {
        diagnostics.add(
          "contract-pointer",
          `x-pagination.cursor: there is no query parameter "${pagination.cursor.name}"`,
          {
            place: below(place, "x-pagination", "cursor"),
          },
        );
      }
    }
    for (const [fact, pointer] of Object.entries(builtin?.members ?? {})) {
      check(successBody(operation), pointer, below(place, "x-builtin", "members", fact), `x-builtin.members.${fact}`);
    }
    for (const { schema, stream } of operation.responses.flatMap(({ content }) => content)) {
      check(schema, stream?.id, place, "x-stream.id");
      check(schema, stream?.event, place, "x-stream.event");
      check(schema, stream?.terminal?.at, place, "x-stream.terminal.at");
      const resume = stream?.resume;
      if (
        resume !== undefined &&
        !operation.parameters.some(
          ({ in: where, name }) => where === "header" && name.toLowerCase() === resume.toLowerCase(),
        )
      ) {
        diagnostics.add("contract-pointer", `x-stream.resume: there is no header parameter "${resume}"`, { place });
      }
    }
  }
}

function successBody({ responses }: OperationModel): TypeId | undefined {
  return responses.find(({ status }) => status.startsWith("2"))?.content.find(({ format }) => format === "json")
    ?.schema;
}
