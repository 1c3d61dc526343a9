/** A type holds every value that its validator accepts: random schemas and values, judged by the compiler. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Validator } from "../../kit/src/index.js";
import { typeProblems } from "./compile.js";
import { cleanUp, contract, filesOf, importNatively, linkPackages, project, writeFiles } from "./tool.js";

afterAll(cleanUp);

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const memberNames = ["a", "b", "c", "x-d"] as const;
const names = fc.constantFrom(...memberNames);
const scalars = fc.constantFrom<Json>(null, true, false, 0, 1, 2.5, "", "a", "b", "long text");
const values = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalars,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<Json>,
  ),
})).value;

const types = fc.constantFrom("string", "number", "integer", "boolean", "null", "object", "array");
const { schema: schemas } = fc.letrec<{ schema: object | boolean }>((tie) => {
  const schema = tie("schema");
  const map = fc.dictionary(names, schema, { maxKeys: 3, noNullPrototype: true });
  const list = fc.array(schema, { minLength: 1, maxLength: 3 });
  const part = (keywords: Record<string, fc.Arbitrary<unknown>>) => fc.record(keywords, { requiredKeys: [] });
  const object = part({
    type: fc.constantFrom("object", ["object", "null"]),
    properties: map,
    required: fc.uniqueArray(names, { maxLength: 2 }),
    additionalProperties: schema,
    patternProperties: fc.dictionary(fc.constantFrom("^x-", "^[ab]$"), schema, { maxKeys: 2, noNullPrototype: true }),
    minProperties: fc.constant(1),
  });
  const array = part({
    type: fc.constantFrom("array", ["array", "string"]),
    items: schema,
    prefixItems: list,
    minItems: fc.integer({ min: 0, max: 3 }),
    maxItems: fc.integer({ min: 0, max: 3 }),
  });
  const choice = part({ anyOf: list, oneOf: list, allOf: list, type: types, not: schema });
  return {
    schema: fc.oneof(
      { maxDepth: 2 },
      fc.oneof(
        fc.record({ type: types }),
        fc.record({ type: fc.uniqueArray(types, { minLength: 1, maxLength: 3 }) }),
        fc.record({ enum: fc.uniqueArray(scalars, { minLength: 1, maxLength: 3 }) }),
        fc.record({ const: values }),
        fc.record({ type: types, nullable: fc.constant(true) }),
        fc.constantFrom(true, {}, { $ref: "#/components/schemas/Text" }, { $ref: "#/components/schemas/Node" }),
      ),
      object,
      array,
      choice,
      fc.tuple(object, choice).map(([left, right]) => ({ ...right, ...left })),
    ),
  };
});

/** One TypeScript file for many pairs, and for each line of it the pair that it is about. */
async function judge(samples: readonly { readonly schema: object | boolean; readonly tried: readonly Json[] }[]) {
  const named = samples.map(({ schema }, index) => [`S${index}`, schema] as const);
  const folder = project({
    "package.json": { type: "module" },
    "openapi.json": contract({
      Text: { type: "string" },
      Node: { type: "object", properties: { a: { $ref: "#/components/schemas/Node" }, b: { type: "integer" } } },
      ...Object.fromEntries(named),
    }),
  });
  linkPackages(folder);
  const { files, problems } = await filesOf(join(folder, "openapi.json"));
  expect(problems).toEqual([]);
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));

  const lines = ['import type * as models from "./out/models.js"; declare function given<T>(): T;'];
  const pairs: string[] = [];
  const validators = await importNatively<Record<string, Validator>>(
    pathToFileURL(join(folder, "out/validators.js")).href,
  );
  for (const [index, { schema, tried }] of samples.entries()) {
    for (const value of tried) {
      if (!validators[`isS${index}`]?.(value)) continue;
      pairs.push(`${JSON.stringify(value)} is valid for ${JSON.stringify(schema)}`);
      lines.push(`export const v${pairs.length}: models.S${index} = given<${typeOf(value)}>();`);
    }
  }
  writeFiles(folder, { "pairs.ts": `${lines.join("\n")}\n` });
  const wrong = typeProblems([join(folder, "pairs.ts"), join(folder, "out/models.d.ts")]);
  return {
    count: pairs.length,
    wrong: wrong.map((problem) => `${pairs[pairOf(problem)] ?? ""}: ${problem}`),
  };
}

function pairOf(problem: string): number {
  return Number(/pairs\.ts:(\d+) /.exec(problem)?.[1]) - 2;
}

/**
 * The type of one value: as a variable has it, so extra members do not count as slips. Members that it does not have
 * are said to be absent; TypeScript would else take an object without any member of a type for a slip too.
 */
function typeOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(typeOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${typeOf(member)}`);
  const absent = memberNames.filter((name) => !Object.hasOwn(value, name)).map((name) => `"${name}"?: never`);
  return `{ ${[...members, ...absent].join("; ")} }`;
}

test("whatever a strict validator accepts is assignable to the type", async () => {
  const seed = Number(process.env.AGENTWIRE_SEED ?? Date.now() % 2 ** 31);
  const samples = fc.sample(fc.record({ schema: schemas, tried: fc.array(values, { minLength: 12, maxLength: 12 }) }), {
    seed,
    numRuns: 300,
  });
  const { count, wrong } = await judge(samples);
  expect(wrong, `AGENTWIRE_SEED=${seed} gives the same schemas again`).toEqual([]);
  expect(count).toBeGreaterThan(300);
}, 60_000);
