import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { Answer } from "../raw.js";

/** The schemas of the contracts, judged by ajv and not by what was generated from them: closed, and without nulls. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addFormat("uri", (text) => URL.canParse(text));

const root = fileURLToPath(new URL("../../../spec/v1/", import.meta.url));
for (const folder of ["common", "runtime", "tool-registry", "daemon", "session"]) {
  const schemas = `${root}${folder}/schemas/`;
  for (const file of readdirSync(schemas)) ajv.addSchema(JSON.parse(readFileSync(schemas + file, "utf8")));
}

/** What is wrong with a value, such as `["/state must be string"]`. @param name such as `runtime/run-status` */
export function issuesOf(name: string, value: unknown): string[] {
  const [area, schema] = name.split("/");
  const validate = ajv.getSchema(`https://agentwire.dev/spec/v1/${area}/schemas/${schema}.schema.json`);
  if (!validate) throw new Error(`there is no schema ${name}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Expects a JSON answer with this status, and a body that the schema of this name takes. */
export function expectJson({ status, headers, json, text }: Answer, wanted: number, schema: string): void {
  expect({ status, text }).toMatchObject({ status: wanted });
  expect(headers["content-type"]).toBe("application/json");
  expect(issuesOf(schema, json)).toEqual([]);
}

/** Expects an error envelope with this status, and this code where one is given. */
export function expectEnvelope(answer: Answer, status: number, code?: string): void {
  expectJson(answer, status, "common/error-envelope");
  if (code !== undefined) expect(answer.json.error.code).toBe(code);
}
