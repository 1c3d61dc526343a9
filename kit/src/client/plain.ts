import { ApiError } from "./errors.js";
import type { ParameterWriter, Steps } from "./part.js";
import type { Answer, CallResponse, Plan } from "./plan.js";
import type { Row } from "./row.js";
import { membersOf, pathWriter } from "./target.js";

/** The steps that every caller starts with: default styles, JSON out and in. */
export const plain: Steps = {
  parameters: defaultStyles,
  accept: () => "application/json",
  write: (_, value) => ({ content: JSON.stringify(value), type: "application/json" }),
  read: readJson,
};

/** Scalars in the path, scalars and arrays in the query, each by the default style; no other parameter goes out. */
export function defaultStyles({ name, path }: Pick<Row, "name" | "path">): ParameterWriter {
  const write = encodeURIComponent as (value: unknown) => string;
  const writePath = pathWriter(name, path, write);
  return {
    target: ({ path, query }) => {
      let target = writePath(path);
      let mark = "?";
      for (const [name, value] of membersOf(query)) {
        for (const [, item] of membersOf([value].flat())) {
          target += `${mark}${write(name)}=${write(item)}`;
          mark = "&";
        }
      }
      return target;
    },
  };
}

/** Reads JSON or nothing, with the errors of `JSON.parse`; any status but 2xx is an `ApiError`. */
async function readJson({ row: { name } }: Plan, answer: Answer): Promise<CallResponse<unknown>> {
  const { status, headers, ok } = answer;
  let body: unknown = await answer.text();
  try {
    body = body ? JSON.parse(body as string) : undefined;
  } catch (cause) {
    // Of an error the status is worth more than its body.
    if (ok) throw cause;
  }
  if (!ok) throw new ApiError(name, status, headers, body);
  return { body, status, headers, header: {} };
}
