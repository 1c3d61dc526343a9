import type { TypeId, TypeModel } from "../../model/types.js";
import { collectorName, guardName } from "../../names/names.js";
import { Imports } from "../../print/imports.js";
import { print, printAround } from "../../print/template.js";
import { header, type OutputFile, Piece, PiecedFile } from "../file.js";
import { kitText } from "../validation/kit-text.js";
import { kitEntryOf } from "../validation/locals.js";
import { collectorCode, validatorCode } from "../validation/validator.js";
import type { Schema, Surroundings } from "../validation/writer.js";
import type { Context, TypeBlock } from "./context.js";
import type { SharedSchema } from "./shared-schemas.js";

/** Functions of a `validators` module, with all that they need. */
interface FunctionCode {
  readonly piece: Piece;
  readonly imported: Imports;
  /** Checks of the kit that they call, and that the file holds itself. */
  readonly checks: readonly string[];
  /** Functions beside them that they call, and that are written only when called. */
  readonly shared: readonly SharedCall[];
  readonly collectors: readonly TypeId[];
}

/** A function that judges a schema for several places, and the type whose validator calls it. */
interface SharedCall extends SharedSchema {
  readonly type: TypeModel;
}

/** One `validators` module an area: a type guard for each type. */
export class ValidatorFiles {
  private readonly areas = new Map<string, Area>();

  constructor(private readonly context: Context) {}

  /** Adds the validators of types, and the functions that they call. */
  add(area: string, block: TypeBlock): void {
    const code = this.context.fragments.get("guards", block.key, () => together(block.types.map(this.guardOf)));
    this.area(area).blocks.push({ ...block, code });
    this.addCalled(area, code);
  }

  /** All files. What schemas elsewhere need of a type beside its validator is known only when all have been added. */
  files(): OutputFile[] {
    return [...this.areas].flatMap(([name, { file, blocks, collectors, shared }]) => {
      const functions = [...shared].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, code]) => code);
      const guards = blocks.map(({ types, code }) =>
        types.some(({ id }) => collectors.has(id))
          ? together(types.flatMap((type) => [this.guardOf(type), collectors.get(type.id) ?? []].flat()))
          : code,
      );
      const parts = [...guards, ...functions];
      const imports = new Imports();
      imports.addAll(parts.map(({ imported }) => imported));
      const checks = kitText(new Set(parts.flatMap((part) => part.checks)));
      const head = header(this.context.source(name));
      const view = { header: head, imports: imports.lines(), checks };
      const body = parts.map(({ piece }) => piece);
      return [
        new PiecedFile(`${file}.js`, printAround("typescript/validators.js", view, body)),
        this.context.fragments.get("validator declarations", name, () => this.declarations(name, file, head)),
      ];
    });
  }

  private declarations(area: string, file: string, head: string): OutputFile {
    const { layout } = this.context;
    const types = this.context.typesOf(area);
    const declared = new Imports();
    if (types.length > 0) {
      declared.type("Validator", layout.kit(file, "validation"));
      declared.typeNamespace("models", layout.specifier(file, layout.file(area, "models")));
    }
    const guards = types.map(({ name }) => ({ name, guard: guardName(name) }));
    return {
      path: `${file}.d.ts`,
      text: print("typescript/validators.d.ts", { header: head, imports: declared.lines(), guards }),
    };
  }

  private addCalled(area: string, { shared, collectors }: FunctionCode): void {
    const { fragments } = this.context;
    const known = this.area(area).shared;
    for (const call of shared) {
      if (known.has(call.name)) continue;
      const code = fragments.get(`shared ${area}`, call.name, () => this.sharedCode(call));
      known.set(call.name, code);
      this.addCalled(area, code);
    }
    for (const id of collectors) {
      const owner = this.context.type(id);
      const there = this.area(owner.area).collectors;
      if (there.has(id)) continue;
      const code = fragments.get("collector", id, () => this.collectorCode(owner));
      there.set(id, code);
      this.addCalled(owner.area, code);
    }
  }

  private readonly guardOf = (type: TypeModel): FunctionCode =>
    this.context.fragments.get("guard", type.id, () => this.guardCode(type));

  private guardCode(type: TypeModel): FunctionCode {
    const { name, schema } = type;
    const guard = guardName(name);
    return this.code(type, (surroundings) => {
      const same = typeof schema === "object" ? surroundings.shared(schema) : undefined;
      return same === undefined || same === guard
        ? validatorCode({ name, guard, schema, isExported: true }, surroundings)
        : [`export const ${guard} = ${same};`];
    });
  }

  private sharedCode({ type, name, schema }: SharedCall): FunctionCode {
    const source = { name, guard: name, schema, isExported: false };
    return this.code(type, (surroundings) => validatorCode(source, surroundings));
  }

  private collectorCode(type: TypeModel): FunctionCode {
    const { name, schema } = type;
    const source = { name, collector: collectorName(name), schema };
    return this.code(type, (surroundings) => collectorCode(source, surroundings));
  }

  private code(type: TypeModel, write: (surroundings: Surroundings) => readonly string[]): FunctionCode {
    const { context } = this;
    const { layout } = context;
    const { file } = this.area(type.area);
    context.fragments.uses(type.id);
    const imported = new Imports();
    const checks = new Set<string>();
    const called = new Map<string, SharedCall>();
    const collectors = new Set<TypeId>();
    const from = (id: TypeId, symbol: string) => {
      const home = context.type(id).area;
      return home === type.area
        ? symbol
        : imported.value(symbol, layout.specifier(file, layout.file(home, "validators")));
    };
    const text = write({
      assertFormats: type.assertFormats,
      lookup: context.schema,
      guard: (id) => from(id, guardName(context.type(id).name)),
      shared: (schema: Schema) => {
        const shared = context.sharedSchemas(type.area);
        context.fragments.uses(shared.predicateOf(schema));
        const found = shared.functionFor(schema);
        if (typeof found !== "object") return found;
        called.set(found.name, { ...found, type });
        return found.name;
      },
      collector: (id) => {
        collectors.add(id);
        return from(id, collectorName(context.type(id).name));
      },
      kit: (name) => {
        const entry = kitEntryOf(name);
        // The linear matcher is as long as many validators, and few patterns need it.
        if (layout.hasOwnKit || entry === "validation/patterns") return imported.value(name, layout.kit(file, entry));
        checks.add(name);
        return name;
      },
    }).join("\n");
    return {
      piece: new Piece(text),
      imported,
      checks: [...checks],
      shared: [...called.values()],
      collectors: [...collectors],
    };
  }

  private area(name: string): Area {
    const known = this.areas.get(name);
    if (known) return known;
    const file = this.context.layout.file(name, "validators");
    const area: Area = { file, blocks: [], collectors: new Map(), shared: new Map() };
    this.areas.set(name, area);
    return area;
  }
}

interface Area {
  readonly file: string;
  readonly blocks: (TypeBlock & { readonly code: FunctionCode })[];
  readonly collectors: Map<TypeId, FunctionCode>;
  /** By the names of the functions. */
  readonly shared: Map<string, FunctionCode>;
}

function together(codes: readonly FunctionCode[]): FunctionCode {
  const imported = new Imports();
  imported.addAll(codes.map((code) => code.imported));
  const shared = new Map<string, SharedCall>();
  for (const call of codes.flatMap((code) => code.shared)) if (!shared.has(call.name)) shared.set(call.name, call);
  return {
    piece: new Piece(codes.map(({ piece }) => piece.text).join("\n\n")),
    imported,
    checks: [...new Set(codes.flatMap(({ checks }) => checks))],
    shared: [...shared.values()],
    collectors: [...new Set(codes.flatMap(({ collectors }) => collectors))],
  };
}
