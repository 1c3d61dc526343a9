import { Ajv, type Options, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { JsonObject } from "../tool.js";
import { Budget, TooCostly } from "./budget.js";
import { METER, metered } from "./metered.js";
import { patternsOf } from "./patterns.js";
import { SchemaError } from "./schema-error.js";
import { hasUniqueItems } from "./unique.js";

/** Says what is wrong with a value, in words; nothing when it fits. */
export type Judge = (value: unknown) => string[];

/** Enough to see what is wrong, and no more. */
const MAX_ISSUES = 20;
/** Where more values than this are wrong, only the first is told: every issue costs memory. */
const MAX_CHARACTERS_IN_FULL = 64 * 1024;
const JUDGED_CHARACTERS_A_STEP = 16;

const DIALECTS = {
  "https://json-schema.org/draft/2020-12/schema": Ajv2020,
  "http://json-schema.org/draft-07/schema": Ajv,
} as const;
type Dialect = keyof typeof DIALECTS;
const DEFAULT_DIALECT: Dialect = "https://json-schema.org/draft/2020-12/schema";

const COMMON: Options = { strict: false, validateFormats: false, logger: false };
const metaSchemas = new Map<Dialect, Ajv>();

/**
 * Compiles a schema that may come from a stranger: it fetches nothing, and judging has a bound whatever the value is.
 *
 * @param root what issues call the value
 * @throws SchemaError when it is no schema, or one that cannot be judged safely
 */
export function judgeOf(schema: JsonObject, root: string): Judge {
  const dialect = dialectOf(schema);
  const counted = metered(schema);
  refuseMalformed(schema, dialect);
  const budget = new Budget();
  const first = compile(counted, dialect, budget, false);
  let all: ValidateFunction | undefined;

  return (value) => {
    try {
      budget.renew();
      if (first(value)) return [];
      if (JSON.stringify(value).length > MAX_CHARACTERS_IN_FULL) return issuesOf(first, root);
      all ??= compile(counted, dialect, budget, true);
      budget.renew();
      all(value);
      return issuesOf(all, root);
    } catch (error) {
      if (error instanceof TooCostly || error instanceof RangeError) return [`${root} takes too long to check`];
      throw error;
    }
  };
}

function dialectOf({ $schema = DEFAULT_DIALECT }: JsonObject): Dialect {
  const name = typeof $schema === "string" ? $schema.replace(/#$/, "") : "";
  if (Object.hasOwn(DIALECTS, name)) return name as Dialect;
  throw new SchemaError(`its $schema is neither 2020-12 nor draft-07: ${JSON.stringify($schema).slice(0, 100)}`);
}

/** Judges the schema by its meta-schema, which is compiled once. */
function refuseMalformed(schema: JsonObject, dialect: Dialect): void {
  const ajv = metaSchemas.get(dialect) ?? new DIALECTS[dialect](COMMON);
  metaSchemas.set(dialect, ajv);
  if (ajv.validateSchema(schema) === true) return;
  throw new SchemaError(`it is no JSON Schema: ${ajv.errorsText(ajv.errors?.slice(0, 3), { dataVar: "schema" })}`);
}

/** In an instance of its own, so that no `$id` of one tool is seen by another. */
function compile(schema: JsonObject, dialect: Dialect, budget: Budget, allErrors: boolean): ValidateFunction {
  const regExp = Object.assign(patternsOf(budget), { code: "" });
  const ajv = new DIALECTS[dialect]({
    ...COMMON,
    allErrors,
    meta: false,
    validateSchema: false,
    // Written out at every reference, a schema can grow without bound.
    inlineRefs: false,
    code: { regExp, optimize: false },
  });
  ajv.addKeyword({
    keyword: METER,
    schemaType: "number",
    validate: (cost: number, value: unknown) => {
      budget.charge(typeof value === "string" ? cost + value.length / JUDGED_CHARACTERS_A_STEP : cost);
      return true;
    },
  });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    error: { message: "must NOT have duplicate items" },
    validate: (wanted: boolean, items: unknown[]) => {
      if (!wanted) return true;
      budget.charge(JSON.stringify(items).length / JUDGED_CHARACTERS_A_STEP);
      return hasUniqueItems(items);
    },
  });
  try {
    return ajv.compile(schema);
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    throw new SchemaError(`it does not compile: ${(error as Error).message.slice(0, 300)}`);
  }
}

function issuesOf({ errors }: ValidateFunction, root: string): string[] {
  return (errors ?? [])
    .slice(0, MAX_ISSUES)
    .map(({ instancePath, message }) => `${root}${instancePath} ${message ?? "is invalid"}`);
}
