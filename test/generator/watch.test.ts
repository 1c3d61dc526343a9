/** Runs after an edit give the very bytes that a clean run gives, however little of the contract they read again. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { Generation, type Settings } from "../../generator/src/commands/generation.js";
import { Diagnostics } from "../../generator/src/diagnostics/diagnostic.js";
import { defaultArtefacts } from "../../generator/src/emit/artefacts.js";
import { write } from "../../generator/src/print/write.js";
import { cleanUp, contract, operation, project, temporaryFolder } from "./tool.js";

afterAll(cleanUp);

type Schemas = Record<string, unknown>;

const names = ["Ant", "Bee", "Cat", "Dog", "Elk"];
const reference = fc.constantFrom(...names).map((name) => ({ $ref: `#/components/schemas/${name}` }));
/** Large enough to be shared when it stands in two places. */
const address = {
  type: "object",
  required: ["street"],
  properties: {
    street: { type: "string" },
    city: { type: "string", minLength: 1 },
    zip: { type: "string" },
    country: { type: "string" },
  },
};
const member = fc.oneof(
  reference,
  reference.map((items) => ({ type: "array", items })),
  fc.record({ type: fc.constantFrom("string", "integer", "boolean", ["string", "null"]) }),
  fc.constant(address),
  fc.constant({ ...address, description: "Where it lives." }),
  fc.constant({ type: "string", format: "binary" }),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }) }),
  fc.record({ oneOf: fc.tuple(reference, reference) }),
  fc.record({ allOf: fc.tuple(reference), unevaluatedProperties: fc.constant(false) }),
);
const schema = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("object"),
      required: fc.subarray(["a"]),
      properties: fc.dictionary(fc.constantFrom("a", "b", "c", "kind"), member),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("string"), pattern: fc.constantFrom("^a", "b$") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      properties: fc.record({ kind: fc.constantFrom({ const: "x" }, { const: "y" }) }),
      required: fc.constant(["kind"]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ anyOf: fc.tuple(reference, fc.constant({ type: "null" })) }) },
  { weight: 1, arbitrary: reference },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("object"),
      properties: fc.constant({ id: { type: "string", readOnly: true } }),
      required: fc.constant(["id"]),
    }),
  },
);
const start = fc.record(Object.fromEntries(names.map((name) => [name, schema])));
const edits = fc.array(fc.tuple(fc.constantFrom(...names), schema), { minLength: 1, maxLength: 5 });

/** A contract that uses its schemas in every way that an operation can. */
function textOf(schemas: Schemas, takesForm = false): string {
  const json = (name: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } });
  const form = (name: string) => ({ "multipart/form-data": { schema: { $ref: `#/components/schemas/${name}` } } });
  const parameters = [{ name: "ant", in: "query", schema: { $ref: "#/components/schemas/Ant" } }];
  const paths = {
    "/a": {
      get: operation("getCat", { parameters, responses: { "200": { description: "Ok.", content: json("Cat") } } }),
      post: operation("postDog", { requestBody: { content: json("Dog") } }),
      ...(takesForm ? { put: operation("putElk", { requestBody: { content: form("Elk") } }) } : {}),
    },
  };
  return `${JSON.stringify(contract(schemas, paths), null, 2)}\n`;
}

function generationIn(folder: string, again: boolean, spec = "api.json"): Generation {
  const settings: Settings = {
    read: { spec: join(folder, spec) },
    out: join(folder, "out"),
    packages: undefined,
    artefacts: defaultArtefacts,
    names: "lock",
    services: [],
    name: undefined,
    standalone: false,
    assertFormats: true,
  };
  return new Generation(settings, again);
}

/** What a clean run would change in the output, and what it says; undefined where it refuses the contract. */
async function drift(folder: string, said: Diagnostics): Promise<string[] | undefined> {
  const prepared = await generationIn(folder, false).whole(said);
  if (!prepared) return undefined;
  const { added, changed, removed } = prepared.planned;
  return [...added.map(({ path }) => path), ...changed.map(({ file }) => file.path), ...removed];
}

let followed = 0;

test("after any edits, the output is that of a clean run", async () => {
  await fc.assert(
    fc.asyncProperty(start, edits, fc.boolean(), async (schemas, changes, takesForm) => {
      const folder = temporaryFolder();
      const current: Schemas = { ...schemas };
      writeFileSync(join(folder, "api.json"), textOf(current, takesForm));
      const generation = generationIn(folder, true);
      const first = await generation.whole(new Diagnostics());
      if (first && write(first.planned, new Diagnostics())) generation.wasWritten();
      for (const [name, value] of changes) {
        current[name] = value;
        writeFileSync(join(folder, "api.json"), textOf(current, takesForm));
        const diagnostics = new Diagnostics();
        const quick = await generation.edited(diagnostics);
        if (quick) followed++;
        const prepared = quick ?? (await generation.whole(diagnostics));
        if (prepared) {
          expect(write(prepared.planned, diagnostics)).toBe(true);
          generation.wasWritten();
        }
        const said = new Diagnostics();
        const differs = await drift(folder, said);
        expect(differs === undefined).toBe(prepared === undefined);
        expect(diagnostics.list.map(({ message }) => message)).toEqual(said.list.map(({ message }) => message));
        expect(differs ?? []).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
  expect(followed, "edits that were followed without reading the whole contract").toBeGreaterThan(20);
}, 120_000);

test.each([
  ["text that is no JSON", (text: string) => text.replace('"type"', "type")],
  ["an edit outside the schemas", (text: string) => text.replace('"version": "1', '"version": "2')],
  ["an edit of two schemas", (text: string) => text.replaceAll('"x"', '"z"')],
  ["another schema", (text: string) => text.replace('"schemas": {', '"schemas": { "New": { "type": "string" },')],
])("is left to a whole run: %s", async (_, change) => {
  const folder = temporaryFolder();
  const text = textOf({ Ant: { const: "x" }, Bee: { const: "x" }, Cat: { type: "string" }, Dog: { type: "string" } });
  writeFileSync(join(folder, "api.json"), text);
  const generation = generationIn(folder, true);
  expect(await generation.whole(new Diagnostics())).toBeDefined();
  expect(change(text)).not.toBe(text);
  writeFileSync(join(folder, "api.json"), change(text));
  expect(await generation.edited(new Diagnostics())).toBeUndefined();
});

test("a contract that is gone for a moment, as when an editor moves a new file into its place, is no fault", async () => {
  const folder = temporaryFolder();
  const schemas = { Ant: { const: "x" }, Bee: { const: "x" }, Cat: { type: "string" }, Dog: { type: "string" } };
  writeFileSync(join(folder, "api.json"), textOf(schemas));
  const generation = generationIn(folder, true);
  await generation.whole(new Diagnostics());
  rmSync(join(folder, "api.json"));
  expect(generation.isCurrent()).toBe(false);
  expect(await generation.edited(new Diagnostics())).toBeUndefined();
});

test("output that somebody has removed is written again", async () => {
  const folder = temporaryFolder();
  const schemas: Schemas = {
    Ant: { const: "x" },
    Bee: { const: "x" },
    Cat: { type: "object" },
    Dog: { type: "string" },
  };
  writeFileSync(join(folder, "api.json"), textOf(schemas));
  const generation = generationIn(folder, true);
  const first = await generation.whole(new Diagnostics());
  if (first && write(first.planned, new Diagnostics())) generation.wasWritten();
  rmSync(join(folder, "out"), { recursive: true });
  writeFileSync(join(folder, "api.json"), textOf({ ...schemas, Cat: { type: "object", required: ["a"] } }));
  const second = await generation.edited(new Diagnostics());
  expect(second && write(second.planned, new Diagnostics())).toBe(true);
  expect(await drift(folder, new Diagnostics())).toEqual([]);
});

test("what was not written is not taken for written", async () => {
  const folder = temporaryFolder();
  const schemas: Schemas = {
    Ant: { const: "x" },
    Bee: { const: "x" },
    Cat: { type: "object" },
    Dog: { type: "string" },
  };
  writeFileSync(join(folder, "api.json"), textOf(schemas));
  const generation = generationIn(folder, true);
  const first = await generation.whole(new Diagnostics());
  writeFileSync(join(folder, "api.json"), textOf({ ...schemas, Cat: { type: "object", required: ["a"] } }));
  const second = await generation.edited(new Diagnostics());
  expect(second?.planned.added.length).toBe(first?.planned.added.length);
});

describe("what belongs to a contract", () => {
  async function concernsIn(files: Record<string, unknown>, spec: string) {
    const folder = project(files);
    const generation = generationIn(folder, true, spec);
    await generation.whole(new Diagnostics());
    return { concerns: (path: string) => generation.concerns(join(folder, path)) };
  }
  const at = (file: string) => ({ $ref: file });

  test("is one file and those it refers to, be they missing, or not reached as it is broken", async () => {
    const schemas = { Cat: at("more/cat.yaml"), Dog: at("gone.json") };
    const files = { "api.json": contract(schemas), "more/cat.yaml": { type: "string" }, "more/log.yaml": {} };
    const { concerns } = await concernsIn(files, "api.json");
    const named = ["api.json", "more/cat.yaml", "gone.json", "more"];
    const others = ["run.log", "more/log.yaml", "openapi.json", "notes.json", "out", "out/models.js"];
    expect(named.filter((path) => !concerns(path))).toEqual([]);
    expect(others.filter(concerns)).toEqual([]);
    const broken = await concernsIn({ "api.json": "{" }, "api.json");
    expect(["api.json", "run.log", "more/cat.yaml"].filter(broken.concerns)).toEqual(["api.json"]);
  });

  test("is what a folder has by name, now or later", async () => {
    const files = { "spec/v1/a/openapi.yaml": contract({ Cat: at("part.yaml") }), "spec/v1/a/part.yaml": {} };
    const { concerns } = await concernsIn({ ...files, "spec/v1/notes/x": "" }, "spec");
    const named = ["v1/a/openapi.yaml", "v1/a/part.yaml", "v1/b/openapi.json", "v1/a/x.schema.json"];
    const more = ["v1/a/vectors/x.json", "v1/notes", "v1/a"];
    const others = ["v1/a/run.log", "v1/a/log.json", "v1/.a/openapi.yaml", "node_modules/a/openapi.yaml"];
    expect([...named, ...more].filter((path) => !concerns(`spec/${path}`))).toEqual([]);
    expect([...others.map((path) => `spec/${path}`), "openapi.yaml"].filter(concerns)).toEqual([]);
  });

  test("is all that may be a schema, where a folder has nothing but schemas", async () => {
    const { concerns } = await concernsIn({ "spec/cat.json": { type: "string" } }, "spec");
    expect(["spec/cat.json", "spec/dog.yaml", "spec/run.log"].filter(concerns)).toEqual([
      "spec/cat.json",
      "spec/dog.yaml",
    ]);
  });
});
