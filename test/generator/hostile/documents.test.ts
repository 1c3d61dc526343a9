/** Documents as nobody writes them by accident: nesting, aliases, encodings, sizes. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import type { Code } from "../../../generator/src/diagnostics/codes.js";
import { cleanUp, contract, temporaryFolder } from "../tool.js";
import { judge, type Row } from "./stranger.js";

afterAll(cleanUp);

const head = 'openapi: 3.1.0\ninfo: { title: a, version: "1" }\npaths: {}\n';
const schema = (text: string) => `${head}components:\n  schemas:\n    A:\n${text}`;
const json = (inner: string) => `{"openapi":"3.1.0","info":{"title":"a","version":"1"},"paths":{},${inner}}`;
const block = (levels: number) => Array.from({ length: levels }, (_, level) => `${" ".repeat(level)}a:`).join("\n");
const indented = (levels: number) =>
  Array.from({ length: levels }, (_, level) => `${" ".repeat(6 + level)}not:`).join("\n");
const bomb = Array.from({ length: 30 }, (_, level) =>
  level === 0 ? "x-0: &l0 { type: string }" : `x-${level}: &l${level} { anyOf: [*l${level - 1}, *l${level - 1}] }`,
).join("\n");

const rows: readonly Row[] = [
  {
    name: "10,000 levels of JSON objects",
    files: { "openapi.json": json(`"x":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`) },
    refused: "document-too-deep",
  },
  {
    name: "a million levels of JSON lists",
    files: { "openapi.json": json(`"x":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`) },
    refused: "document-too-deep",
  },
  {
    name: "a million open JSON lists",
    files: { "openapi.json": json(`"x":${"[".repeat(1_000_000)}`) },
    refused: "document-too-deep",
  },
  {
    name: "10,000 levels of YAML in flow style",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}x: ${"[".repeat(10_000)}${"]".repeat(10_000)}\n` },
    refused: "document-too-deep",
  },
  {
    name: "10,000 levels of YAML mappings in flow style",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}x: ${"{a: ".repeat(10_000)}1${"}".repeat(10_000)}\n` },
    refused: "document-too-deep",
  },
  {
    name: "10,000 levels of YAML in block style",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}${block(10_000)}\n` },
    refused: "document-too-deep",
  },
  {
    name: "10,000 list items in one line of YAML",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}x:\n  ${"- ".repeat(10_000)}1\n` },
    refused: "document-too-deep",
  },
  {
    name: "490 levels of schemas",
    spec: "openapi.yaml",
    files: {
      "openapi.yaml": `${head}components:\n  schemas:\n    A:\n${indented(490)}\n${" ".repeat(500)}{ type: string }\n`,
    },
  },
  {
    name: "100 MB, none of it read",
    spec: "openapi.yaml",
    files: { "openapi.yaml": head },
    prepare: (home) => truncateSync(join(home, "work/openapi.yaml"), 100 * 1024 * 1024),
    refused: "document-too-large",
  },
  {
    name: "100 MB behind a reference",
    files: { "openapi.json": contract({ A: { $ref: "a.json" } }), "a.json": "" },
    prepare: (home) => truncateSync(join(home, "work/a.json"), 100 * 1024 * 1024),
    refused: "document-too-large",
  },
  {
    name: "an exponential alias bomb",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}${bomb}\ncomponents: { schemas: { A: *l29 } }\n` },
    refused: "too-many-aliases",
  },
  {
    name: "an alias to the mapping around it",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}components: &c\n  schemas: { A: { type: object, x-around: *c } }\n` },
    refused: "too-many-aliases",
  },
  {
    name: "merge keys",
    spec: "openapi.yaml",
    files: {
      "openapi.yaml": `${head}x-base: &base { type: string }\ncomponents:\n  schemas:\n    A:\n      <<: *base\n      minLength: 1\n`,
    },
  },
  {
    name: "the tag of a function",
    spec: "openapi.yaml",
    files: {
      "openapi.yaml": schema('      default: !!js/function "function () { globalThis.agentwireHostile = 1 }"\n'),
    },
    refused: "syntax-error",
  },
  {
    name: "the tag of a regular expression",
    spec: "openapi.yaml",
    files: { "openapi.yaml": schema("      pattern: !!js/regexp /a/\n") },
    refused: "syntax-error",
  },
  {
    name: "binary values",
    spec: "openapi.yaml",
    files: { "openapi.yaml": schema("      default: !!binary aGVsbG8=\n") },
    refused: "syntax-error",
  },
  {
    name: "times, sets and ordered maps",
    spec: "openapi.yaml",
    files: { "openapi.yaml": schema("      default: 2001-12-14t21:59:43.10-05:00\n      example: 2002-12-14\n") },
  },
  {
    name: "several documents in one file",
    spec: "openapi.yaml",
    files: { "openapi.yaml": `${head}---\n${head}` },
    refused: "syntax-error",
  },
  {
    name: "a key twice in YAML",
    spec: "openapi.yaml",
    files: { "openapi.yaml": schema("      type: string\n      type: integer\n") },
    refused: "syntax-error",
  },
  {
    name: "a key twice in JSON",
    files: { "openapi.json": json('"components":{"schemas":{"A":{"type":"string","type":"integer"}}}') },
  },
  {
    name: "lists and mappings as keys",
    spec: "openapi.yaml",
    files: { "openapi.yaml": schema("      ? [a, b]\n      : 1\n") },
    refused: "syntax-error",
  },
  {
    name: "a byte order mark",
    files: { "openapi.json": `\uFEFF${json('"components":{}')}` },
  },
  {
    name: "UTF-16",
    files: { "openapi.json": "" },
    prepare: (home) => writeBytes(home, Buffer.from(`\uFEFF${json('"components":{}')}`, "utf16le")),
    refused: "syntax-error",
  },
  {
    name: "bytes that are no UTF-8",
    files: { "openapi.json": "" },
    prepare: (home) =>
      writeBytes(home, Buffer.from(json('"components":{"schemas":{"A":{"const":"\xff\xfe\xc0\x80"}}}'), "latin1")),
  },
  {
    name: "lone surrogates in keys and values",
    files: {
      "openapi.json": json(
        '"components":{"schemas":{"A":{"type":"object","description":"\\ud800","required":["\\ud800"],"properties":{"\\ud800":{"const":"\\udc00"},"\\udc00":{"enum":["\\ud83d","\\udc19"]}}}}}',
      ),
    },
  },
  {
    name: "NUL in keys and values",
    files: {
      "openapi.json": json(
        '"components":{"schemas":{"A":{"type":"object","description":"\\u0000","properties":{"\\u0000":{"const":"\\u0000"}}}}}',
      ),
    },
  },
  {
    name: "raw NUL between tokens",
    files: { "openapi.json": `\0${json('"components":{}')}` },
    refused: "syntax-error",
  },
  ...Object.entries({
    "no-contract": ["null", "1", '"openapi"', "[]", "{}", "--- "],
    "syntax-error": ["", " \n", "\0", "[[[[", "%", "&a *a", "!!js/function x"],
  } as const).flatMap(([refused, texts]) =>
    texts.map(
      (text): Row => ({
        name: `nothing but ${JSON.stringify(text)}`,
        spec: "openapi.yaml",
        files: { "openapi.yaml": text },
        refused: refused as Code,
      }),
    ),
  ),
];

test.each(rows)(
  "$name",
  async (row) => {
    await judge(temporaryFolder(), row);
  },
  120_000,
);

function writeBytes(home: string, bytes: Buffer): void {
  writeFileSync(join(home, "work/openapi.json"), bytes);
}
