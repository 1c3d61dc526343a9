/**
 * The validator compiler: ajv's standalone code, made into modules. This file is the one seam; another
 * compiler that gives the same `CompiledValidator` can stand in its place.
 */
import { formats } from "@agentwire/kit/validation";
import { _, Name } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { callRef } from "ajv/dist/vocabularies/core/ref.js";
import type { ModelSchema } from "../../model/types.js";
import { printValue } from "../../print/code.js";
import { strictTypeReference, typeReference } from "./predicate.js";

export const knownFormats: ReadonlySet<string> = new Set(Object.keys(formats));

/** A validator as code: the body of a module that exports `validate`. */
export interface CompiledValidator {
  readonly code: string;
  /** What the code uses of the kit's validation entry. */
  readonly runtime: readonly string[];
  /** Type ids whose validators the code calls, with the local names it calls them by. */
  readonly calls: readonly { readonly id: string; readonly strict: boolean; readonly local: string }[];
}

/** What the compiled function is called inside its module, for types that refer to themselves. */
export const ownFunction = "validate0";

/** Why a schema cannot be compiled, in a sentence. */
export class CompileError extends Error {}

/** Names that every object inherits: a member so called must be looked up as an own member. */
const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

export interface CompileOptions {
  /** The name under which the validator of a referenced type is called. */
  readonly localName: (id: string, strict: boolean) => string;
  /** Some schema of the model counts what others have evaluated, so each must keep account of it. */
  readonly unevaluated: boolean;
}

/** Compiles a predicate schema. @throws CompileError */
export function compileValidator(schema: ModelSchema, options: CompileOptions): CompiledValidator {
  try {
    return compile(schema, options, true);
  } catch (error) {
    // Patterns in the wild often need the lenient reading of regular expressions.
    if (error instanceof SyntaxError || /regular expression/i.test(String(error))) {
      try {
        return compile(schema, options, false);
      } catch (second) {
        throw new CompileError(messageOf(second));
      }
    }
    throw new CompileError(messageOf(error));
  }
}

function compile(
  schema: ModelSchema,
  { localName, unevaluated }: CompileOptions,
  unicodeRegExp: boolean,
): CompiledValidator {
  const calls = new Map<string, CompiledValidator["calls"][number]>();
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: true, optimize: 1, formats: _`formats` },
    meta: false,
    validateSchema: false,
    strict: false,
    addUsedSchema: false,
    inlineRefs: false,
    ownProperties: namesInherited(schema),
    // Unrolled, its check takes the empty name for "nothing is missing".
    loopRequired: requiresEmptyName(schema) ? 1 : 200,
    unicodeRegExp,
    logger: false,
  });
  // The 2020-12 class always keeps that account; it reads this option again at each compilation.
  ajv.opts.unevaluated = unevaluated;
  for (const name of knownFormats) ajv.addFormat(name, formats[name] ?? (() => true));
  for (const keyword of [typeReference, strictTypeReference]) {
    ajv.addKeyword({
      keyword,
      schemaType: "string",
      code(cxt) {
        const id = String(cxt.schema);
        const strict = keyword === strictTypeReference;
        const local = localName(id, strict);
        calls.set(local, { id, strict, local });
        const key = `${keyword} ${id}`;
        callRef(cxt, cxt.gen.scopeValue("func", { key, ref: key, code: new Name(local) }));
      },
    });
  }
  // A bare boolean compiles to code without the usual frame; an object that means the same does not.
  const source = standalone.default(
    ajv,
    ajv.compile(typeof schema === "boolean" ? (schema ? {} : { not: {} }) : schema),
  );
  return { ...moduleCode(source), calls: [...calls.values()].sort((a, b) => (a.local < b.local ? -1 : 1)) };
}

/** Turns ajv's script into the body of a module: named export, runtime helpers from the kit, indented. */
function moduleCode(source: string): Pick<CompiledValidator, "code" | "runtime"> {
  const runtime = new Set<string>();
  const lines = source.split("\n").flatMap((line) => {
    if (line === '"use strict";' || line.startsWith("export default ")) return [];
    // Exporting the function itself, and not a constant, lets modules refer to each other in cycles.
    if (line === `export const validate = ${ownFunction};`) return [`export { ${ownFunction} as validate };`];
    const helper = /^const (\w+) = require\("([^"]+)"\)\.default;$/.exec(line);
    if (helper) {
      const name = helpers[helper[2] ?? ""];
      if (name === undefined) throw new CompileError(`the compiled validator needs ${helper[2]}`);
      runtime.add(name);
      return [`const ${helper[1]} = ${name};`];
    }
    if (/^const formats\d+ = formats/.test(line)) runtime.add("formats");
    const schema = /^const (schema\d+) = (\{.*\});$/.exec(line);
    // Printed anew: in ajv's object literal a key `__proto__` would set the prototype.
    if (schema) return [`const ${schema[1]} = ${printValue(JSON.parse(schema[2] ?? "{}"))};`];
    return [line];
  });
  return { code: indent(withoutUnused(lines)).join("\n").trim(), runtime: [...runtime].sort() };
}

/** ajv keeps the schema at hand for the few keywords that look into it at run time. */
function withoutUnused(lines: readonly string[]): string[] {
  return lines.filter((line) => {
    const name = /^const (schema\d+) = /.exec(line)?.[1];
    return name === undefined || lines.some((other) => other !== line && other.includes(name));
  });
}

const helpers: Readonly<Record<string, string>> = {
  "ajv/dist/runtime/ucs2length": "codePointLength",
  "ajv/dist/runtime/equal": "equal",
};

/** ajv writes a statement a line and never a brace inside a text at a line's end or start. */
function indent(lines: readonly string[]): string[] {
  let depth = 0;
  return lines.map((line) => {
    if (/^[}\]]/.test(line)) depth = Math.max(0, depth - 1);
    const shown = line === "" ? "" : `${"  ".repeat(depth)}${line}`;
    if (/\{$/.test(line)) depth++;
    return shown;
  });
}

/** Some text of the schema is empty, perhaps a required name; the other way of checking is right for all. */
function requiresEmptyName(schema: unknown): boolean {
  return JSON.stringify(schema).includes('""');
}

function namesInherited(schema: unknown): boolean {
  const stack: unknown[] = [schema];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next !== "object" || next === null) continue;
    for (const [key, value] of Object.entries(next)) {
      if (
        inherited.has(key) ||
        (key === "required" && Array.isArray(value) && value.some((name) => inherited.has(String(name))))
      )
        return true;
      stack.push(value);
    }
  }
  return false;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
