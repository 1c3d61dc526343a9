/** References between files: what is one type, and what is said of a schema that only refers. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cleanUp, contract, filesOf, inProcess, operation, project } from "./tool.js";

afterAll(cleanUp);

async function models(files: Readonly<Record<string, unknown>>): Promise<string> {
  const { files: output, problems } = await filesOf(join(project(files), "openapi.json"));
  expect(problems).toEqual([]);
  return output.find(({ path }) => path === "models.d.ts")?.text.replace(/^\/\/.*\n\n/, "") ?? "";
}

const pet = { type: "object", properties: { friend: { $ref: "openapi.json#/components/schemas/Pet" } } };

test("a component that only refers to a file of its name is that file's type", async () => {
  const files = { "openapi.json": contract({ Pet: { $ref: "./pet.json" } }), "pet.json": pet };
  expect(await models(files)).toBe("export interface Pet {\n  friend?: Pet;\n}\n");
});

test("under another name it is an alias", async () => {
  const files = {
    "openapi.json": contract({ Pet: { $ref: "./pet.json" }, Dog: { $ref: "./pet.json" } }),
    "pet.json": pet,
  };
  expect(await models(files)).toContain("export type Dog = Pet;\n");
});

test("references by $id, by $anchor and by pointer into $defs reach the same places as by file", async () => {
  const property = ($ref: string) => ({ type: "object", properties: { it: { $ref } } });
  const folder = project({
    "spec/v1/a/openapi.yaml": contract({
      ByFile: property("schemas/library.schema.json#/$defs/Cat"),
      ByAnchor: property("schemas/library.schema.json#cat"),
      ById: property("https://example.com/v1/a/schemas/library.schema.json#cat"),
    }),
    "spec/v1/a/schemas/library.schema.json": {
      $id: "https://example.com/v1/a/schemas/library.schema.json",
      $defs: { Cat: { $anchor: "cat", type: "string" } },
    },
  });
  const { files, problems } = await filesOf(join(folder, "spec"));
  expect(problems).toEqual([]);
  const text = files.find(({ path }) => path === "a/models.d.ts")?.text;
  for (const name of ["ByFile", "ByAnchor", "ById"])
    expect(text).toContain(`export interface ${name} {\n  it?: Cat;\n}\n`);
});

test("cycles of any length through files", async () => {
  const size = 2000;
  const ring = Object.fromEntries(
    Array.from({ length: size }, (_, index) => [
      `N${index}`,
      { type: "object", properties: { next: { $ref: `#/components/schemas/N${(index + 1) % size}` } } },
    ]),
  );
  const { code, stdout } = await inProcess(project({ "openapi.json": contract(ring) }), "model", {
    spec: "openapi.json",
  });
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { types: unknown[] }).types).toHaveLength(size);
});

test("a union that contains itself is refused", async () => {
  const { problems } = await filesOf(
    join(
      project({ "openapi.json": contract({ A: { anyOf: [{ $ref: "#/components/schemas/A" }, { type: "string" }] } }) }),
      "openapi.json",
    ),
  );
  expect(problems).not.toEqual([]);
});

test("a key of patternProperties that is no regular expression is refused, whatever its schema", async () => {
  const { problems } = await filesOf(
    join(
      project({ "openapi.json": contract({ A: { type: "object", patternProperties: { "*": true } } }) }),
      "openapi.json",
    ),
  );
  expect(problems).not.toEqual([]);
});

test("a $ref in a value is a member like any other, in the paths types too", async () => {
  const typed = { type: "object", enum: [{ $ref: "https://example.com/b" }] };
  const links = { enum: [{ $ref: "https://example.com/a" }, { $ref$: "#/nowhere" }] };
  const spec = join(
    project({
      "openapi.json": contract(
        {},
        { "/a": { post: operation("a", { requestBody: bodyOf({ properties: { links, typed } }) }) } },
      ),
    }),
    "openapi.json",
  );
  const { files, problems } = await filesOf(spec);
  expect(problems).toEqual([]);
  const paths = files.find(({ path }) => path === "paths.d.ts")?.text.replaceAll(/\s+/g, " ");
  expect(paths).toContain('links?: { $ref: "https://example.com/a"; } | { $ref$: "#/nowhere"; };');
});

test("what is no path is left out of the paths types, as it is of clients", async () => {
  const paths = { "/a": { get: operation("a") }, a: { get: operation("a") } };
  const { files, problems } = await filesOf(join(project({ "openapi.json": contract({}, paths) }), "openapi.json"));
  expect(problems).toEqual([
    "not-supported: a, which is no path as it has no / before it, is left out of the generated code",
  ]);
  expect(files.find(({ path }) => path === "paths.d.ts")?.text.match(/^ {4}a: \{$/gm)).toHaveLength(1);
});

function bodyOf(schema: object): object {
  return { content: { "application/json": { schema } } };
}
