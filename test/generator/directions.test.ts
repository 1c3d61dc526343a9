/** Variants for a direction: what they require less must not make them accept less. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Validator } from "../../kit/src/index.js";
import { cleanUp, contract, filesOf, importNatively, linkPackages, operation, project, writeFiles } from "./tool.js";

afterAll(cleanUp);

const id = { type: "string", readOnly: true };
const text = { type: "string" };
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const stored = { type: "object", properties: { id, name: text }, required: ["id"] };
const thenNamed = Object.fromEntries(["then"].map((keyword) => [keyword, { required: ["name"] }]));
const schemas = {
  Stored: stored,
  NotStored: { type: "object", not: stored, properties: { of: ref("Stored") } },
  NotReferred: { type: "object", not: ref("Stored"), properties: { of: ref("Stored") } },
  Either: { oneOf: [stored, { type: "object", properties: { name: text }, required: ["name"] }] },
  EitherReferred: { oneOf: [ref("Stored"), { type: "object", properties: { name: text }, required: ["name"] }] },
  Told: {
    oneOf: [
      { ...stored, properties: { ...stored.properties, kind: { const: "a" } }, required: ["id", "kind"] },
      { type: "object", properties: { kind: { const: "b" }, name: text }, required: ["kind", "name"] },
    ],
  },
  When: { type: "object", if: stored, ...thenNamed, properties: { of: ref("Stored") } },
};

let validators: Record<string, Validator>;

beforeAll(async () => {
  const paths = Object.fromEntries(
    Object.keys(schemas).map((name) => [
      `/${name}`,
      { post: operation(`send ${name}`, { requestBody: { content: { "application/json": { schema: ref(name) } } } }) },
    ]),
  );
  const folder = project({ "package.json": { type: "module" }, "openapi.json": contract(schemas, paths) });
  linkPackages(folder);
  const { files, problems } = await filesOf(join(folder, "openapi.json"));
  expect(problems).toEqual([]);
  writeFiles(folder, Object.fromEntries(files.map(({ path, text }) => [`out/${path}`, text])));
  validators = await importNatively(pathToFileURL(join(folder, "out/validators.js")).href);
});

test.each<[type: string, value: object, accepted: boolean]>([
  ["StoredInput", {}, true],
  ["StoredInput", { name: 1 }, false],
  ["NotStoredInput", { of: { name: "a" } }, true],
  ["NotStoredInput", { id: "1" }, false],
  ["NotReferredInput", { of: {} }, true],
  ["NotReferredInput", { id: "1" }, false],
  ["EitherInput", { name: "a" }, true],
  ["EitherInput", { name: 1 }, false],
  ["EitherReferredInput", { name: "a" }, true],
  ["EitherReferredInput", { name: 1 }, false],
  ["ToldInput", { kind: "a" }, true],
  ["ToldInput", { kind: "b" }, false],
  ["WhenInput", { of: {} }, true],
  ["WhenInput", { id: "1" }, false],
])("%s: %j is accepted: %s", (type, value, accepted) => {
  expect(validators[`is${type}`]?.(value)).toBe(accepted);
});
