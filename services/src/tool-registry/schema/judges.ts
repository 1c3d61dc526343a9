import type { JsonObject } from "../tool.js";
import { type Judge, judgeOf } from "./judge.js";
import { SchemaError } from "./schema-error.js";

/** Sources list their tools again and again; what they say of them seldom changes. */
const MAX_KNOWN = 10_000;

/** Compiles each schema once. */
export class Judges {
  readonly #known = new Map<string, Judge | SchemaError>();

  /** The judge of a schema, or why there is none. */
  of(schema: JsonObject, root: string): Judge | SchemaError {
    const key = `${root} ${JSON.stringify(schema)}`;
    let judge = this.#known.get(key);
    if (!judge) {
      judge = compiled(schema, root);
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(key, judge);
    }
    return judge;
  }
}

function compiled(schema: JsonObject, root: string): Judge | SchemaError {
  try {
    return judgeOf(schema, root);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
}
