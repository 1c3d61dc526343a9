import type { SourceDocument } from "../read/document.js";
import { objectMember, textMember } from "../read/json.js";
import type { Loader } from "../read/loader.js";

const home = "https://json-schema.org/draft/2020-12/";

/** What each vocabulary of 2020-12 that has a say in validity brings. */
const keywords: Readonly<Record<string, readonly string[]>> = {
  applicator: [
    ...["prefixItems", "items", "contains", "properties", "patternProperties", "additionalProperties"],
    ...["propertyNames", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"],
  ],
  unevaluated: ["unevaluatedItems", "unevaluatedProperties"],
  validation: [
    ...["type", "const", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"],
    ...["maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains"],
    ...["maxProperties", "minProperties", "required", "dependentRequired"],
  ],
};

const none: ReadonlySet<string> = new Set();

/**
 * Keywords that mean nothing in a document, as the meta-schema that its `$schema` names leaves their vocabulary out
 * (JSON Schema 2020-12, Core §8.1.2). Meta-schemas that are not at hand are taken for the standard's own.
 */
export function meaninglessIn(document: SourceDocument, loader: Loader): ReadonlySet<string> {
  const uri = textMember(document.value, "$schema")?.replace(/#$/, "");
  if (uri === undefined || uri.startsWith(home)) return none;
  const vocabularies = objectMember(loader.known(uri)?.value, "$vocabulary");
  if (!vocabularies) return none;
  const missing = Object.keys(keywords).filter((name) => !Object.hasOwn(vocabularies, `${home}vocab/${name}`));
  return new Set(missing.flatMap((name) => keywords[name] ?? []));
}
