import { resolve } from "node:path";
import type { ErrorObject } from "ajv";
import { Diagnostics, DiagnosticsError } from "../diagnostics/diagnostic.js";
import { readDocument, type SourceDocument } from "../read/document.js";
import { pointerParts, pointerTo } from "../read/pointer.js";

/** The part of JSON Schema that descriptions of options are found by. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

/**
 * Reads a configuration, JSON or YAML, that a JSON Schema describes.
 * @throws DiagnosticsError with all that is wrong in it, each with its place and what the option is for
 */
export async function readChecked(file: string, schema: object): Promise<unknown> {
  const diagnostics = new Diagnostics();
  const document = readDocument(resolve(file), file, diagnostics);
  if (document) await check(document, schema, diagnostics);
  if (!document || diagnostics.hasErrors) throw new DiagnosticsError(diagnostics);
  return document.value;
}

async function check(document: SourceDocument, schema: Described, diagnostics: Diagnostics): Promise<void> {
  // Loaded only where there is something to check: a run without configuration starts sooner.
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const validate = new Ajv2020({ allErrors: true, discriminator: true, strict: false }).compile(schema);
  if (validate(document.value)) return;
  for (const error of validate.errors ?? []) report(error, document, schema, diagnostics);
}

function report(error: ErrorObject, document: SourceDocument, schema: Described, diagnostics: Diagnostics): void {
  const { instancePath, keyword, params, message } = error;
  // Says no more than the errors below it do.
  if (keyword === "if" || keyword === "anyOf" || keyword === "oneOf") return;
  const path = pointerParts(instancePath);
  const option = optionAt(schema, path);
  if (keyword === "additionalProperties") {
    const { additionalProperty: name } = params as { additionalProperty: string };
    const known = Object.keys(option.properties ?? {});
    const fix = known.length > 0 ? `Remove it, or use one of ${known.join(", ")}.` : "Remove it.";
    const place = { document, pointer: pointerTo(instancePath, name) };
    diagnostics.add(
      "config-invalid",
      `there is no option "${name}"${path.length > 0 ? ` in "${path.join(".")}"` : ""}`,
      {
        place,
        fix,
      },
    );
    return;
  }
  const what = path.length === 0 ? "the configuration" : `"${path.join(".")}"`;
  const values = keyword === "enum" ? `: ${(params as { allowedValues: string[] }).allowedValues.join(", ")}` : "";
  diagnostics.add("config-invalid", `${what} ${message ?? "is wrong"}${values}`, {
    place: { document, pointer: instancePath },
    ...(option.description === undefined ? {} : { fix: option.description }),
  });
}

/** The schema of an option by its path; the nearest one that says what it is for, where the last step has no schema of its own. */
function optionAt(schema: Described, path: readonly string[]): Described {
  let option = schema;
  for (const name of path) {
    const { properties, items }: Described = option;
    const next = properties && Object.hasOwn(properties, name) ? properties[name] : items;
    if (!next) break;
    option = next.description === undefined ? { ...next, ...described(option) } : next;
  }
  return option;
}

function described({ description }: Described): Described {
  return description === undefined ? {} : { description };
}
