import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { typeProblems } from "./compile.js";
import { expectSaid, type Said } from "./said.js";
import {
  contract,
  filesBelow,
  importNatively,
  inProcess,
  linkPackages,
  operation,
  project,
  writeFiles,
} from "./tool.js";

type Schemas = Record<string, unknown>;

/** A project on disk whose contract changes from run to run, as somebody else's does. */
function growing() {
  const folder = project({});
  return async (schemas: Schemas, operationIds: readonly string[] = []) => {
    const paths = operationIds.map((id, index) => [`/${index}`, { get: operation(id) }] as const);
    writeFiles(folder, { "openapi.json": JSON.stringify(contract(schemas, Object.fromEntries(paths))) });
    const { code, stdout } = await inProcess(folder, "generate", { spec: "openapi.json", out: "out" });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Said[] };
    const lock = JSON.parse(readFileSync(join(folder, "out/names.lock.json"), "utf8")) as {
      types: Record<string, Record<string, string>>;
      methods: Record<string, Record<string, string>>;
    };
    const [types = {}, methods = {}] = [lock.types["openapi.json"], lock.methods["openapi.json"]];
    return { code, diagnostics, types, methods, folder };
  };
}

const pointer = (name: string) => `/components/schemas/${name}`;

describe("names of a contract that one does not own", () => {
  test("clashes get longer names from their identity, and it is said how to choose better ones", async () => {
    const { code, diagnostics, types } = await growing()({
      user: {
        type: "object",
        $defs: { id: { type: "string" } },
        properties: { id: { $ref: "#/components/schemas/user/$defs/id" } },
      },
      userId: { type: "integer" },
    });
    expect(code).toBe(0);
    expect(types[pointer("userId")]).not.toBe(types[`${pointer("user")}/$defs/id`]);
    expectSaid(diagnostics, [
      { code: "name-qualified", pointer: pointer("userId"), says: "UserId" },
      { code: "name-qualified", pointer: `${pointer("user")}/$defs/id`, says: "UserId" },
    ]);
  });

  test("`model` and `lint` give the names that `generate` gives, and refuse none of them", async () => {
    const folder = project({
      "spec/openapi.json": contract(
        { UserId: { type: "integer" }, "user-id": { type: "string" } },
        { "/a": { get: operation("list-all") }, "/b": { get: operation("listAll") } },
      ),
      "agentwire.config.json": { spec: "spec/openapi.json", out: "out" },
    });
    const said = async (name: "generate" | "lint" | "model") => {
      const { code, stdout } = await inProcess(folder, name, {});
      return { code, names: [...stdout.matchAll(/"name": "(\w+)"/g)].map(([, given]) => given) };
    };
    expect((await said("model")).names).toContain("UserId");
    expect((await said("generate")).code).toBe(0);
    const lock = readFileSync(join(folder, "out/names.lock.json"), "utf8");
    writeFiles(folder, { "out/names.lock.json": lock.replace(/"UserId[^"]*"/, '"Chosen"') });
    expect((await said("lint")).code).toBe(0);
    expect((await said("model")).names).toContain("Chosen");
  });

  test("names that differ by case alone are numbered, and stay so", async () => {
    const run = growing();
    const { types } = await run({ run: { type: "string" }, Run: { type: "integer" } });
    expect(new Set(Object.values(types).map((name) => name.toLowerCase())).size).toBe(2);
    expect(
      (await run({ Run: { type: "integer" }, RUN: { type: "boolean" }, run: { type: "string" } })).types,
    ).toMatchObject(types);
  });

  test("a newcomer does not take the name of what was there before", async () => {
    const run = growing();
    const before = await run({ "user-id": { type: "string" } });
    expect(before.diagnostics).toEqual([]);
    const after = await run({ UserId: { type: "integer" }, "user-id": { type: "string" } });
    expect(after.types).toMatchObject(before.types);
    expectSaid(after.diagnostics, [{ code: "name-qualified", pointer: pointer("UserId"), says: "UserId2" }]);
  });

  test("operations too", async () => {
    const run = growing();
    const before = await run({}, ["getRun"]);
    const after = await run({}, ["getRun", "get_run"]);
    expect(after.methods).toMatchObject(before.methods);
    expect(new Set(Object.values(after.methods)).size).toBe(2);
  });

  test("what clashes never comes to a word of the language, a global, or a class", async () => {
    const text = { type: "string" };
    const map = { type: "object", additionalProperties: true };
    const { code, types } = await growing()({
      ...{ class: text, Class: text, Record: map, record: map, SampleClient: text, sampleClient: text },
      Client: { ...text, $defs: { Options: text } },
      clientOptions: { $ref: "#/components/schemas/Client/$defs/Options" },
    });
    expect(code).toBe(0);
    const taken = ["class", "Record", "SampleClient", "ClientOptions"];
    expect(Object.values(types).filter((name) => taken.includes(name))).toEqual([]);
  });

  test("an operation whose id has no letter is called by its method and path", async () => {
    const { code, methods } = await growing()({}, ["🎉", "..."]);
    expect({ code, methods: Object.values(methods) }).toEqual({ code: 0, methods: ["get0", "get1"] });
  });

  test.each([{ title: "🎉", version: "1" }, { version: "1" }])(
    "a service of no name, as in %j, has one",
    async (info) => {
      const folder = project({ "openapi.json": contract({}, { "/a": { get: operation("a") } }, { info }) });
      expect((await inProcess(folder, "generate", { spec: "openapi.json", out: "out" })).code).toBe(0);
      expect(readFileSync(join(folder, "out/client.js"), "utf8")).toContain("class ApiClient extends");
    },
  );

  test("any word of the language names an operation and a schema", async () => {
    const keywords = Array.from({ length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 }, (_, index) =>
      String(ts.tokenToString(ts.SyntaxKind.FirstKeyword + index)),
    );
    const words = [...keywords, "eval", "arguments", "NaN", "Infinity", "self", "exports", "process", "Object"];
    const schemas = Object.fromEntries(words.map((word) => [`${word}`, { type: "object" }]));
    const { code, folder, methods } = await growing()(schemas, words);
    expect(code).toBe(0);
    expect(Object.keys(methods)).toHaveLength(words.length);
    linkPackages(folder);
    const files = filesBelow(join(folder, "out"));
    expect(
      typeProblems(files.filter((file) => file.endsWith(".d.ts")).map((file) => join(folder, "out", file))),
    ).toEqual([]);
    for (const file of files.filter((file) => file.endsWith(".js")))
      await importNatively(pathToFileURL(join(folder, "out", file)).href);
  });

  test("a path item that several paths refer to is an operation of its own for each of them", async () => {
    const parameters = [{ name: "page", in: "query", schema: { type: "integer" } }];
    const item = { parameters, get: operation("getPet"), post: { responses: { "204": { description: "Done." } } } };
    const paths = { "/pets": item, "/animals": { $ref: "#/paths/~1pets" }, "/beasts": { $ref: "#/paths/~1pets" } };
    const namesIn = async (given: object) => {
      const folder = project({ "openapi.json": contract({}, given) });
      const { code, stdout } = await inProcess(folder, "generate", { spec: "openapi.json", out: "out" });
      const said: Said[] = JSON.parse(stdout).diagnostics;
      expect({ code, said: said.filter(({ severity }) => severity === "error") }).toEqual({ code: 0, said: [] });
      return JSON.parse(readFileSync(join(folder, "out/names.lock.json"), "utf8"));
    };
    const names = await namesIn(paths);
    expect(await namesIn(Object.fromEntries(Object.entries(paths).reverse()))).toEqual(names);
    const { methods } = names;
    expect(methods["openapi.json"]).toEqual({
      "/paths/~1animals/get": "getPetGetAnimals",
      "/paths/~1animals/post": "postAnimals",
      "/paths/~1beasts/get": "getPetGetBeasts",
      "/paths/~1beasts/post": "postBeasts",
      "/paths/~1pets/get": "getPetGetPets",
      "/paths/~1pets/post": "postPets",
    });
  });

  test("letters of any script make a name", async () => {
    const { code, types } = await growing()({ 運行: { type: "string" }, größe: { type: "number" } });
    expect({ code, types }).toEqual({
      code: 0,
      types: { [pointer("größe")]: "Große", [pointer("運行")]: "運行" },
    });
  });

  test.each([
    ["no JSON", "{"],
    ["nothing", "null"],
    ["a list where names should be", '{ "types": ["A"], "methods": {} }'],
    ["a text where names should be", '{ "types": { "openapi.json": "A" } }'],
    [
      "a name that is code",
      JSON.stringify({ types: { "openapi.json": { "/components/schemas/A": "A; process.exit(9)" } } }),
    ],
  ])("a lock that holds %s is refused, and nothing is written", async (_, text) => {
    const folder = project({
      "openapi.json": JSON.stringify(contract({ A: { type: "string" } })),
      "out/names.lock.json": text,
    });
    const { code, stdout } = await inProcess(folder, "generate", { spec: "openapi.json", out: "out" });
    expect(code).toBe(1);
    expectSaid(JSON.parse(stdout).diagnostics, [{ code: "names-lock-invalid", at: "out/names.lock.json" }]);
    expect(readFileSync(join(folder, "out/names.lock.json"), "utf8")).toBe(text);
  });
});

// Few letters, so that names clash all the time.
const key = fc.stringMatching(/^[aAbB][aAbB_-]{0,2}$/);
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 8 });

test("adding, removing and reordering schemas renames no other", async () => {
  await fc.assert(
    fc.asyncProperty(keys, keys, fc.nat(), async (first, second, seed) => {
      const run = growing();
      const schemasOf = (names: readonly string[]): Schemas =>
        Object.fromEntries(names.map((name) => [name, { type: "object", properties: { [name]: { type: "string" } } }]));
      const before = await run(schemasOf(first));
      expect(before.code).toBe(0);
      const shuffled = [...second, ...first.filter((name) => !second.includes(name) && (name.length + seed) % 3 > 0)];
      const after = await run(
        schemasOf(shuffled.sort((a, b) => ((a.charCodeAt(0) * seed) % 7) - ((b.charCodeAt(0) * seed) % 7))),
      );
      expect(after.code).toBe(0);
      for (const [id, name] of Object.entries(after.types)) expect(before.types[id] ?? name).toBe(name);
      const all = Object.values(after.types).map((name) => name.toLowerCase());
      expect(new Set(all).size).toBe(all.length);
    }),
    { numRuns: 40 },
  );
}, 60_000);
