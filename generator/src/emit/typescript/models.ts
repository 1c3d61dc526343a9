/**
 * Models: one TypeScript declaration a type. Printed here and not by json-schema-to-typescript, which widens or
 * drops `prefixItems`, `unevaluatedProperties`, `patternProperties` beside named members and closed unions, and
 * names types by order; it serves as the independent judge of this printer in the tests.
 */
import type { Shape } from "../../model/shape.js";
import type { TypeModel } from "../../model/types.js";
import { valueLiteral } from "../../print/escape.js";
import { Imports } from "../../print/imports.js";
import { print, printAround } from "../../print/template.js";
import { header, type OutputFile, Piece, PiecedFile } from "../file.js";
import type { Context, TypeBlock } from "./context.js";
import { after, docComment, memberDocLines, memberLines, typeText } from "./type-text.js";

/** `models.d.ts` and `models.js` of one area. */
export function emitModels(context: Context, area: string): OutputFile[] {
  const file = context.layout.file(area, "models");
  const imports = new Imports();
  const blocks = context.blocksOf(area).map((block) => declarationsOf(context, block, file));
  imports.addAll(blocks.map(({ imported }) => imported));
  const head = header(context.source(area));
  const enums = blocks.flatMap((block) => block.enums);
  return [
    new PiecedFile(
      `${file}.d.ts`,
      printAround(
        "typescript/models.d.ts",
        { header: head, imports: imports.lines() },
        blocks.map(({ piece }) => piece),
      ),
    ),
    { path: `${file}.js`, text: print("typescript/models.js", { header: head, enums }) },
  ];
}

interface Declaration {
  readonly name: string;
  readonly text: string;
  /** The values of an enum, as an array expression. */
  readonly values: string | undefined;
  readonly imported: Imports;
}

interface Declarations {
  readonly piece: Piece;
  readonly enums: readonly { readonly name: string; readonly values: string }[];
  readonly imported: Imports;
}

function declarationsOf(context: Context, { key, types }: TypeBlock, file: string): Declarations {
  return context.fragments.get("declarations", key, () => {
    const declarations = types.map((type) => declarationOf(context, type, file));
    const imported = new Imports();
    imported.addAll(declarations.map((one) => one.imported));
    const enums = declarations.flatMap(({ name, values }) =>
      values === undefined ? [] : [{ name, values: `Object.freeze(${values})` }],
    );
    return { piece: new Piece(declarations.map(({ text }) => text).join("\n\n")), enums, imported };
  });
}

function declarationOf(context: Context, type: TypeModel, file: string): Declaration {
  return context.fragments.get("declaration", type.id, () => {
    const imported = new Imports();
    const names = context.names(file, imported, true);
    const shape = context.shape(type);
    const { name } = type;
    const values = valuesOf(shape);
    // Not through a template: there are thousands of them, and they are made of two lines of text.
    const declared =
      shape.kind === "object" && shape.members.length > 0
        ? `interface ${name} {\n${memberLines(shape.members, shape.rest, names, "  ").join("\n")}\n}`
        : `type ${name} =${after(typeText(shape, names))};`;
    const constant =
      values === undefined
        ? ""
        : `\n\n/** The values of \`${name}\` that this version of the contract names. */\nexport declare const ${name}: readonly ${values};`;
    return { name, text: `${docComment(docOf(type), "")}export ${declared}${constant}`, values, imported };
  });
}

/** The named values of a named enum of texts, as an array expression. */
function valuesOf(shape: Shape): string | undefined {
  return shape.kind === "enum" && shape.open && shape.values.every((value) => typeof value === "string")
    ? valueLiteral(shape.values)
    : undefined;
}

const directionNotes = {
  input: "As it is sent: members that only the server sets may be left out.",
  output: "As it comes back: members that only the client sets may be left out.",
};

export function docOf({ schema, origin, name, direction }: TypeModel): string[] {
  if (typeof schema === "boolean") return [];
  if (origin === "request") {
    const operation = name.replace(/(Operation)?Request$/, "");
    return [`The whole request of \`${operation.charAt(0).toLowerCase()}${operation.slice(1)}\`.`];
  }
  const { description, deprecated } = schema;
  const lines = memberDocLines(typeof description === "string" ? description : undefined, deprecated === true);
  return direction ? [...lines, ...(lines.length > 0 ? [""] : []), directionNotes[direction]] : lines;
}
