import { compile, type JSONSchema } from "json-schema-to-typescript";
import ts from "typescript";

/**
 * Prints a self-contained schema as TypeScript, with json-schema-to-typescript. Throws when the library cannot, or
 * when what it printed is more than declarations of types.
 */
export async function printTypes(schema: JSONSchema, name: string, header: string): Promise<string> {
  const text = await compile(schema, name, {
    bannerComment: header,
    unreachableDefinitions: false,
    // The schema has everything in it: nothing is read, from here or from elsewhere.
    $refOptions: { resolve: { external: false, file: false, http: false } },
    style: { printWidth: 120 },
  });
  const source = ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  if (!source.statements.every(declaresType))
    throw new Error("what it printed would hold more than types; something in the schema reads as code");
  return text;
}

function declaresType(node: ts.Statement): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}
