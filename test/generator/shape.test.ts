/** A type holds every value that its validator accepts, and ajv accepts the same: random schemas and values. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Validator } from "../../kit/src/index.js";
import { typeProblems } from "./compile.js";
import { isValid } from "./plain-judge.js";
import {
  type Json,
  memberNames,
  mutated,
  type RandomSchema,
  randomFrom,
  schemas,
  shared,
  valueFor,
  values,
} from "./random-schemas.js";
import { cleanUp, contract, filesOf, importNatively, linkPackages, project, writeFiles } from "./tool.js";

afterAll(cleanUp);

interface Sample {
  readonly schema: RandomSchema;
  readonly tried: readonly Json[];
}

const samples: readonly Sample[] = fc
  .sample(fc.record({ schema: schemas, any: fc.array(values, { minLength: 4, maxLength: 4 }), salt: fc.nat() }), 400)
  .map(({ schema, any, salt }) => {
    const random = randomFrom(salt);
    const aimed = Array.from({ length: 8 }, () => valueFor(schema, random));
    const near = [...aimed, ...aimed].map((value) => mutated(value, random));
    const all = [...any, ...aimed, ...near].map((value) => JSON.stringify(value));
    return { schema, tried: [...new Set(all)].map((text) => JSON.parse(text)) };
  });

/** The code for all samples, in one folder: `S0`, `S1`, … */
async function generated(): Promise<{ folder: string; validators: Record<string, Validator> }> {
  const named = samples.map(({ schema }, index) => [`S${index}`, schema] as const);
  const folder = project({
    "package.json": { type: "module" },
    "openapi.json": contract({ ...shared, ...Object.fromEntries(named) }),
  });
  linkPackages(folder);
  const { files, problems } = await filesOf(join(folder, "openapi.json"));
  expect(problems).toEqual([]);
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  return { folder, validators: await importNatively(pathToFileURL(join(folder, "out/validators.js")).href) };
}

const code = generated();

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
  const { folder, validators } = await code;
  const lines = ['import type * as models from "./out/models.js"; declare function given<T>(): T;'];
  const pairs: string[] = [];
  for (const [index, { schema, tried }] of samples.entries())
    for (const value of tried) {
      if (!validators[`isS${index}`]?.(value)) continue;
      pairs.push(`${JSON.stringify(value)} is valid for ${JSON.stringify(schema)}`);
      lines.push(`export const v${pairs.length}: models.S${index} = given<${typeOf(value)}>();`);
    }
  writeFiles(folder, { "pairs.ts": `${lines.join("\n")}\n` });
  const wrong = typeProblems([join(folder, "pairs.ts"), join(folder, "out/models.d.ts")]);
  expect(wrong.map((problem) => `${pairs[pairOf(problem)] ?? ""}: ${problem}`)).toEqual([]);
  expect(pairs.length).toBeGreaterThan(500);
}, 120_000);

test("ajv and the strict validator agree on every value", async () => {
  const { validators } = await code;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "https://example.com/contract", components: { schemas: shared } });
  const disagreed: string[] = [];
  for (const [index, { schema, tried }] of samples.entries()) {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"https://example.com/contract#/components');
    // For ajv 8, what a failed `if` looked at and what `contains` does not match count as evaluated; they do not.
    if (/"(if|contains)":/.test(text) && text.includes('"unevaluated')) continue;
    // Nor does it count what a schema that refers to itself has looked at.
    if (text.includes('/Nest"') && text.includes('"unevaluatedItems"')) continue;
    const judge = ajv.compile(JSON.parse(text));
    for (const value of tried) {
      const ours = validators[`isS${index}`]?.(value);
      if (ours !== judge(value)) disagreed.push(`${JSON.stringify(value)} for ${text}: ${ours}`);
    }
  }
  expect(disagreed).toEqual([]);
}, 60_000);

test("the strict validator accepts what JSON Schema says, read word by word", async () => {
  const { validators } = await code;
  const resolve = (reference: string) => shared[reference.split("/").at(-1) as keyof typeof shared];
  const disagreed = samples.flatMap(({ schema, tried }, index) =>
    tried
      .filter((value) => validators[`isS${index}`]?.(value) !== isValid(schema, value, resolve))
      .map((value) => `${JSON.stringify(value)} for ${JSON.stringify(schema)}`),
  );
  expect(disagreed).toEqual([]);
});

test("a tolerant validator accepts whatever a strict one does", async () => {
  const { validators } = await code;
  const refused = samples.flatMap(({ schema, tried }, index) => {
    const judge = validators[`isS${index}`];
    return tried
      .filter((value) => judge?.(value) && !judge(value, true))
      .map((value) => `${JSON.stringify(value)} for ${JSON.stringify(schema)}`);
  });
  expect(refused).toEqual([]);
});
