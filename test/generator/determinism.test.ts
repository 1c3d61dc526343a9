/** The same contract gives the same bytes, whatever the order it is written in. */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { cleanUp, contract, filesOf, operation, temporaryFolder, writeFiles } from "./tool.js";

afterAll(cleanUp);

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const schemas: Readonly<Record<string, object>> = {
  State: { type: "string", enum: ["on", "off"] },
  Run: {
    type: "object",
    properties: { state: ref("State"), parts: { type: "array", items: ref("Part") } },
    required: ["state"],
  },
  Part: { oneOf: [ref("Text"), ref("Image")] },
  Text: { type: "object", properties: { type: { const: "text" }, text: { type: "string" } }, required: ["type"] },
  Image: { type: "object", properties: { type: { const: "image" }, of: ref("Run") }, required: ["type"] },
  Labels: { type: "object", additionalProperties: { type: "string" } },
  Admin: { allOf: [ref("User"), { type: "object", properties: { level: { type: "integer" } } }] },
  User: { type: "object", properties: { name: { type: "string" }, labels: ref("Labels") } },
  "run-list": { type: "array", items: ref("Run") },
  Error: { type: "object", properties: { message: { type: "string" } } },
};
const answer = (name: string) => ({
  "200": { description: "Ok.", content: { "application/json": { schema: ref(name) } } },
});
const paths: Readonly<Record<string, object>> = {
  "/runs": {
    get: operation("listRuns", { responses: answer("run-list") }),
    post: operation("createRun", {
      requestBody: {
        content: { "application/json": { schema: { type: "object", properties: { user: ref("User") } } } },
      },
      responses: answer("Run"),
    }),
  },
  "/runs/{id}": {
    get: operation("getRun", {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      responses: answer("Run"),
    }),
  },
  "/users": { get: operation("listUsers", { responses: answer("Admin") }) },
};

const folder = temporaryFolder();

async function generated(document: object): Promise<Map<string, string>> {
  writeFiles(folder, { "openapi.yaml": document });
  const { files, problems } = await filesOf(join(folder, "openapi.yaml"));
  expect(problems).toEqual([]);
  return new Map(files.map(({ path, text }) => [path, text]));
}

const shuffled = <Value>(object: Readonly<Record<string, Value>>) =>
  fc
    .shuffledSubarray(Object.entries(object), { minLength: Object.keys(object).length })
    .map((entries) => Object.fromEntries(entries));

test("a second run gives the same bytes", async () => {
  expect(await generated(contract(schemas, paths))).toEqual(await generated(contract(schemas, paths)));
});

test("schemas in any order give the same bytes", async () => {
  const expected = await generated(contract(schemas, paths));
  await fc.assert(
    fc.asyncProperty(shuffled(schemas), async (reordered) => {
      expect(await generated(contract(reordered, paths))).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});

test("operations in another order change nothing but the order of methods and rows", async () => {
  const expected = await generated(contract(schemas, paths));
  const ordered = /^(calls\.d\.ts|calls\.js|client\.d\.ts|client\.js|server\.d\.ts|operations\.js|paths\.d\.ts)$/;
  const lines = (text = "") =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  await fc.assert(
    fc.asyncProperty(shuffled(paths), async (reordered) => {
      const files = await generated(contract(schemas, reordered));
      expect([...files.keys()]).toEqual([...expected.keys()]);
      for (const [path, text] of files) {
        if (ordered.test(path)) expect(lines(text), path).toEqual(lines(expected.get(path)));
        else expect(text, path).toBe(expected.get(path));
      }
    }),
    { numRuns: 10 },
  );
});

test("another schema renames no file and no type, and changes no validator", async () => {
  const before = await generated(contract(schemas, paths));
  await fc.assert(
    fc.asyncProperty(
      fc
        .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."abcXYZ019_-") })
        .filter((key) => /[a-z]/i.test(key)),
      async (key) => {
        const name = `Zz${key}`;
        const after = await generated(contract({ [name]: { type: "boolean" }, ...schemas }, paths));
        for (const [path, text] of before) {
          expect(after.has(path), path).toBe(true);
          if (path === "validators.js")
            for (const code of text.split("\n\n").slice(1)) expect(after.get(path)).toContain(code.trim());
        }
        expect(after.size).toBe(before.size);
      },
    ),
    { numRuns: 10 },
  );
});
