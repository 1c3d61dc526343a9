/**
 * Every diagnostic the tool can give, in one list. `explain` is what `agentwire explain CODE` prints:
 * what the problem means, and why it matters. `fix` is the default advice under a diagnostic.
 */
export type Severity = "error" | "warning";

export interface CodeEntry {
  readonly severity: Severity;
  readonly fix: string;
  readonly explain: string;
}

const error = (fix: string, explain: string): CodeEntry => ({ severity: "error", fix, explain });
const warning = (fix: string, explain: string): CodeEntry => ({ severity: "warning", fix, explain });

export const codes = {
  "file-not-found": error(
    "Check the path given with --spec, or run the command in the folder that holds the contract.",
    "The file or folder does not exist, or cannot be read.",
  ),
  "config-invalid": error(
    "Compare it with config.schema.json of the agentwire package.",
    "`agentwire.config.json` of the working folder says something that it cannot say.",
  ),
  "no-contract": error(
    "A contract folder holds <service>/openapi.yaml files; a single file must be an OpenAPI 3.x document.",
    "Nothing that looks like an OpenAPI 3.x document was found.",
  ),
  "syntax-error": error(
    "Correct the YAML or JSON at the marked place.",
    "The file is not well-formed YAML 1.2 or JSON. Keys may stand only once in a mapping.",
  ),
  "document-too-large": error(
    "Split the document, or raise the limit with --max-bytes.",
    "Documents above a stated size are refused, so that a hostile contract cannot exhaust the machine.",
  ),
  "document-too-deep": error(
    "Move the inner schemas to components or files of their own, and refer to them with $ref.",
    "Values nested deeper than 500 levels are refused. References may form cycles of any length.",
  ),
  "too-many-aliases": error(
    "Use $ref instead of YAML anchors and aliases.",
    "YAML aliases can expand to exponential size; a document may hold at most 1,000 uses.",
  ),
  "ref-not-found": error(
    "Correct the $ref, or add what it points to.",
    "A $ref points to a file, or to a place in a file, that does not exist.",
  ),
  "ref-invalid": error(
    "A $ref is a text: a relative path, a fragment such as #/components/schemas/Name, or both.",
    "The value of $ref is no URI reference.",
  ),
  "ref-outside-root": error(
    "Move the file below the contract's folder, or name a higher folder with --root.",
    "A contract may only read files below its root, so that a stranger's contract cannot read yours.",
  ),
  "ref-to-network": error(
    "Store a copy of the file beside the contract and refer to that.",
    "The generator never reaches the network: the same input must give the same output.",
  ),
  "ref-loop": error(
    "Put a member or an item between the schema and its reference to itself.",
    "A schema that refers to itself for the very same value, directly or through `allOf`, `anyOf` and the like, can never be judged.",
  ),
  "schema-too-complex": error(
    "Shorten the chain of references, or refer to the shared part once instead of from every branch.",
    "Each reference for the same value, through `allOf`, `anyOf`, `not`, `dependentSchemas` and the like, is a call of a validator. Chains of more than 100 calls, and branches that meet again so often that one value takes more than 50,000 calls, are refused: judging it would exhaust the stack or never end.",
  ),
  "openapi-version": error(
    "Use OpenAPI 3.0, 3.1 or 3.2. Swagger 2.0 documents can be converted with common tools.",
    "The document's `openapi` member names a version this tool does not read.",
  ),
  "openapi-invalid": error(
    "Compare the marked place with the OpenAPI specification.",
    "The document does not satisfy the OpenAPI specification's own schema.",
  ),
  "schema-invalid": error(
    "Compare the marked place with JSON Schema 2020-12.",
    "A schema does not satisfy the JSON Schema 2020-12 meta-schema.",
  ),
  "schema-id-mismatch": error(
    "Let $id end in the file's path below the contract's folder.",
    "A schema file's $id must mirror its path, so that references mean the same by URI and by file.",
  ),
  "pattern-invalid": error(
    "Write the pattern as an ECMA-262 regular expression.",
    "A `pattern` or a key of `patternProperties` is no regular expression.",
  ),
  "pattern-catastrophic": error(
    "Write it without backreferences, or so that no text can be matched in many ways: no repeats inside repeats that share characters, `^` in front, smaller bounds.",
    "A stranger who may choose the text could stop a process with it. Such patterns are judged by a matcher whose time is proportional to the text, which knows no backreferences and at most 1,000 parts with bounded repeats written out, but for long ones of one character.",
  ),
  "duplicate-operation-id": error(
    "Give each operation an operationId of its own.",
    "Generated methods are named after operationId, so it must be unique in a document.",
  ),
  "duplicate-path": error(
    "Merge the two path items, or tell the paths apart by a static part.",
    "Two path templates match exactly the same requests.",
  ),
  "path-parameter": error(
    "Declare each {name} of the path once, with `in: path` and `required: true`, and no other.",
    "The variables of a path template and its declared path parameters must be the same.",
  ),
  "contract-key": error(
    "See docs/contract-keys.md for the value of each x- key.",
    "One of Agentwire's own x- keys has a value that it cannot have.",
  ),
  "contract-pointer": error(
    "Correct the JSON pointer, or add the member to the schema.",
    "A JSON pointer in one of Agentwire's own x- keys leads to nothing in the schema it points into.",
  ),
  "missing-description": warning(
    "Say in a sentence what it is for.",
    "Descriptions become the documentation of the generated code.",
  ),
  "name-qualified": warning(
    "To choose a name yourself, add `x-name` to the schema or operation; names.lock.json keeps this one otherwise.",
    "Two schemas or operations would have one name, so each got a longer one from its identity.",
  ),
  "names-lock-invalid": error(
    "Restore the file from version control, or delete it to have names made anew.",
    "names.lock.json beside the output keeps names from one run to the next; it must be JSON as the tool writes it.",
  ),
  "name-clash": error(
    "Add `x-name` to one of them.",
    "Two different things would get the same generated name. Names come from identity, never from order, so neither may quietly take another one.",
  ),
  "name-unusable": error(
    "Add `x-name` with a name made of letters and digits.",
    "No identifier can be made of this name.",
  ),
  "not-supported": warning(
    "Read the message for what happens instead.",
    "The contract says something that the generated code does not carry.",
  ),
  loss: error(
    "Say it in another way, or run without --strict.",
    "With --strict, everything in the contract must be carried by the output: by types, or by validators at least.",
  ),
  "vector-file": error(
    "A vector file is a list of { describe, valid, instance, violates? }.",
    "The vector file is malformed.",
  ),
  "vector-orphan": error(
    "Name the vector file after the schema file: run-status.schema.json has vectors/run-status.json.",
    "The vector file belongs to no schema.",
  ),
  "vector-rejected": error(
    "Correct the instance or the schema.",
    "A vector that is marked valid is rejected by the generated validator.",
  ),
  "vector-accepted": error(
    "Correct the instance or the schema.",
    "A vector that is marked invalid is accepted by the generated validator.",
  ),
  "vector-reason": error(
    "Correct `violates`, or the instance so that it has exactly that defect.",
    "An invalid vector is rejected for another reason than the one it names.",
  ),
  "vector-gap": warning(
    "Add a vector that uses it (members, enum values) or violates it (constraints).",
    "No vector touches a member, an enum value or a constraint of the schema.",
  ),
  "vector-missing": warning("Add a vector file for the schema.", "The schema has no vectors at all."),
  "types-unprintable": error(
    "Use `agentwire generate`, which prints types of its own, or simplify the schema.",
    "`agentwire types` prints with json-schema-to-typescript, which does not understand every schema.",
  ),
  "output-unwritable": error(
    "Choose another folder with --out, or make it writable.",
    "The output folder cannot be written. Nothing was changed.",
  ),
  "output-foreign": error(
    "Choose an empty folder, or delete the file if it is not needed.",
    "A file stands where generated output would go, and it is not one that this tool wrote.",
  ),
  drift: error(
    "Run `agentwire generate` and commit the result.",
    "The generated files differ from what the contract gives.",
  ),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;
