import type { Schema } from "../validation/types.js";
import { violationsOf } from "../validation/violations.js";
import { InvalidRequestError, InvalidResponseError } from "./errors.js";
import { checkHeaders } from "./header-check.js";
import type { CallOptions, Validation } from "./options.js";
import type { Part } from "./part.js";

/**
 * The part that checks requests strictly and answers tolerantly against the schemas of the operation's row. Short rows
 * of a `calls` module have none; the rows of a service's table do.
 */
export function validation(defaults?: Validation): Part<Pick<CallOptions, "validate">> {
  return {
    check: ({ name, request }, value, { validate, headers }) => {
      if (headers) checkHeaders(name, headers);
      if (request && validates("requests", validate, defaults)) return check(name, request, value);
    },
    judge: ({ row }, { schema, type }, value, { validate }) => {
      if (!schema || value instanceof Uint8Array || !validates("responses", validate, defaults)) return;
      return judged(schema, (validator) => {
        if (!validator(value, true))
          throw new InvalidResponseError(
            row.name,
            `response: ${type} as ${schema.name}`,
            violationsOf(validator, value, true),
          );
      });
    },
  };
}

/** Validates against the strict schema; at once when its validator is there. Throws `InvalidRequestError`. */
export function check(operation: string, schema: Schema, value: unknown): void | Promise<void> {
  return judged(schema, (validator) => {
    if (!validator(value)) throw new InvalidRequestError(operation, "request", violationsOf(validator, value));
  });
}

/** True unless the options switch the direction off; the call's word counts before the client's. */
export function validates(direction: "requests" | "responses", call?: Validation, client?: Validation): boolean {
  const choice = (option?: Validation) => (typeof option === "object" ? option[direction] : option);
  return choice(call) ?? choice(client) ?? true;
}

type Judge = NonNullable<Schema["validator"]>;

function judged(schema: Schema, judge: (validator: Judge) => void): void | Promise<void> {
  return schema.validator ? judge(schema.validator) : schema.load().then(judge);
}
