/**
 * json-schema-to-typescript as an independent judge of our types: where it understands a schema, its type and ours
 * hold the same values. It knows nothing of open enums, so `Unrecognized` is taken out of ours first.
 */
import { join } from "node:path";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { afterAll, expect, test } from "vitest";
import { Diagnostics } from "../../generator/src/diagnostics/diagnostic.js";
import { buildModel } from "../../generator/src/model/build.js";
import type { Model, ModelSchema } from "../../generator/src/model/types.js";
import { readProject } from "../../generator/src/read/read.js";
import { typeProblems } from "./compile.js";
import {
  cleanUp,
  contract,
  generateQuietly,
  linkPackages,
  project,
  root,
  temporaryFolder,
  writeFiles,
} from "./tool.js";

afterAll(cleanUp);

const text = { type: "string" };
const schemas: Readonly<Record<string, object>> = {
  Text: text,
  Flag: { type: "boolean" },
  Count: { type: "integer", minimum: 3 },
  Nothing: { type: "null" },
  Several: { type: ["string", "number", "null"] },
  Color: { type: "string", enum: ["red", "green"] },
  Level: { enum: [1, 2, null] },
  Fixed: { const: "fixed" },
  Names: { type: "array", items: text },
  Matrix: { type: "array", items: { type: "array", items: { type: "number" } } },
  Person: {
    type: "object",
    properties: { name: text, age: { type: "integer" }, color: { $ref: "#/components/schemas/Color" } },
    required: ["name"],
    additionalProperties: false,
  },
  Team: {
    type: "object",
    properties: {
      lead: { $ref: "#/components/schemas/Person" },
      members: { type: "array", items: { $ref: "#/components/schemas/Person" } },
    },
    required: ["members"],
    additionalProperties: false,
  },
  Scores: { type: "object", additionalProperties: { type: "number" } },
  Either: { anyOf: [text, { type: "array", items: text }] },
  Shape: {
    oneOf: [
      { type: "object", properties: { radius: { type: "number" } }, required: ["radius"], additionalProperties: false },
      { type: "object", properties: { side: { type: "number" } }, required: ["side"], additionalProperties: false },
    ],
  },
  Both: {
    allOf: [
      { type: "object", properties: { a: text }, required: ["a"] },
      { type: "object", properties: { b: text }, required: ["b"] },
    ],
  },
};

/** Two types hold the same values. */
const prelude = `import type { Unrecognized } from "@agentwire/kit";
type Known<T> = T extends Unrecognized ? never : T extends object ? { [K in keyof T]: Known<T[K]> } : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : "theirs is wider") : "ours is wider";
`;

/** Reads a model's schema as one without references; undefined where it refers to itself. */
function inlined(schema: ModelSchema, model: Model, entered: readonly string[] = []): JSONSchema | undefined {
  try {
    return inline(schema, model, entered) as JSONSchema;
  } catch (error) {
    if (error instanceof Recursive) return undefined;
    throw error;
  }
}

class Recursive extends Error {}

function inline(value: unknown, model: Model, entered: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => inline(item, model, entered));
  if (typeof value !== "object" || value === null) return value;
  const { $ref, title: _, ...rest } = value as Record<string, unknown>;
  if (typeof $ref === "string") {
    if (entered.includes($ref)) throw new Recursive();
    return inline(model.types.get($ref)?.schema, model, [...entered, $ref]);
  }
  return Object.fromEntries(Object.entries(rest).map(([key, member]) => [key, inline(member, model, entered)]));
}

function modelOf(spec: string): Model {
  const diagnostics = new Diagnostics();
  const read = readProject({ spec }, diagnostics);
  expect(diagnostics.list).toEqual([]);
  if (!read) throw new Error("unreadable");
  return buildModel(read, diagnostics);
}

/** What the compiler says when each type of ours is compared with theirs; `judged` counts the comparisons. */
async function compare(spec: string, skip: (schema: JSONSchema) => boolean = () => false) {
  const folder = temporaryFolder();
  linkPackages(folder);
  expect(await generateQuietly({ spec, out: join(folder, "out") })).toBe(0);
  const model = modelOf(spec);
  const lines: string[] = [];
  for (const { name, area, schema, origin } of model.types.values()) {
    const plain = origin === "schema" ? inlined(schema, model) : undefined;
    if (plain === undefined || skip(plain)) continue;
    const index = lines.length;
    const printed = await compile(plain, "Theirs", {
      additionalProperties: false,
      bannerComment: "",
      format: false,
      ignoreMinAndMaxItems: true,
    });
    writeFiles(folder, { [`theirs${index}.ts`]: printed });
    const ours = `import("./out/${area === "" ? "" : `${area}/`}models.js").${name}`;
    lines.push(`export const ${name}${index}: Same<Known<${ours}>, import("./theirs${index}.js").Theirs> = true;`);
  }
  writeFiles(folder, { "package.json": { type: "module" }, "compare.ts": `${prelude}${lines.join("\n")}\n` });
  return {
    judged: lines.length,
    wrong: typeProblems([join(folder, "compare.ts")], { types: [] }).map((problem) => withLine(problem, lines)),
  };
}

function withLine(problem: string, lines: readonly string[]): string {
  const line = Number(/compare\.ts:(\d+)/.exec(problem)?.[1]) - prelude.split("\n").length;
  return `${lines[line]?.split(":")[0]} ${problem}`;
}

test("plain schemas", async () => {
  const folder = project({ "openapi.json": contract(schemas) });
  const { judged, wrong } = await compare(join(folder, "openapi.json"));
  expect(wrong).toEqual([]);
  expect(judged).toBe(Object.keys(schemas).length);
});

test("the contracts of this repository", async () => {
  // What json-schema-to-typescript does not know, or reads in another way.
  const foreign = /"(prefixItems|patternProperties|unevaluatedProperties|oneOf|anyOf|if|not|propertyNames)":/;
  const closedAndEmpty = ({ properties = {}, additionalProperties }: JSONSchema) =>
    additionalProperties === false && Object.keys(properties).length === 0;
  const skip = (schema: JSONSchema) => foreign.test(JSON.stringify(schema)) || closedAndEmpty(schema);
  const { judged, wrong } = await compare(join(root, "spec"), skip);
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(40);
}, 60_000);
