import type { TypeId, TypeModel } from "../../model/types.js";
import { collectorName, guardName } from "../../names/names.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import { kitText } from "../validation/kit-text.js";
import { kitEntryOf } from "../validation/locals.js";
import { collectorCode, validatorCode } from "../validation/validator.js";
import type { Schema, Surroundings } from "../validation/writer.js";
import type { Context } from "./context.js";
import type { SharedSchema } from "./shared-schemas.js";

/** One function of a `validators` module, with all that it needs. */
interface FunctionCode {
  readonly text: string;
  readonly imported: Imports;
  /** Checks of the kit that it calls, and that the file holds itself. */
  readonly checks: readonly string[];
  /** Functions beside it that it calls, and that are written only when called. */
  readonly shared: readonly SharedSchema[];
  readonly collectors: readonly TypeId[];
}

/** One `validators` module an area: a type guard for each type. */
export class ValidatorFiles {
  private readonly areas = new Map<string, Area>();

  constructor(private readonly context: Context) {}

  add(type: TypeModel): void {
    const { fragments } = this.context;
    this.write(
      type,
      guardName(type.name),
      fragments.get("guard", type.id, () => this.guardCode(type)),
    );
  }

  /** All files. What schemas elsewhere need of a type beside its validator is known only when all have been added. */
  files(): OutputFile[] {
    return [...this.areas].flatMap(([name, { file, code }]) => {
      const imports = new Imports();
      imports.addAll([...code.values()].map(({ imported }) => imported));
      const head = header(this.context.source(name));
      // Nearly in order already, as types are added by name.
      const texts = [...code.keys()].sort().map((key) => code.get(key)?.text);
      const checks = kitText(new Set([...code.values()].flatMap((one) => one.checks)));
      const view = { header: head, imports: imports.lines(), code: texts.join("\n\n"), checks };
      return [
        { path: `${file}.js`, text: print("typescript/validators.js", view) },
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

  /** Adds a function to its area's module, and those that it calls. */
  private write(type: TypeModel, key: string, code: FunctionCode): void {
    const area = this.area(type.area);
    area.code.set(key, code);
    for (const shared of code.shared) {
      if (area.code.has(shared.name)) continue;
      const { fragments } = this.context;
      const inner = fragments.get(`shared ${type.area}`, shared.name, () => this.sharedCode(type, shared));
      this.write(type, shared.name, inner);
    }
    for (const id of code.collectors) {
      const owner = this.context.type(id);
      // Sorted, it stands behind the validator of its type.
      const name = `${guardName(owner.name)} `;
      if (this.area(owner.area).code.has(name)) continue;
      this.write(
        owner,
        name,
        this.context.fragments.get("collector", id, () => this.collectorCode(owner)),
      );
    }
  }

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

  private sharedCode(type: TypeModel, { name, schema }: SharedSchema): FunctionCode {
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
    const called = new Map<string, SharedSchema>();
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
        called.set(found.name, found);
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
    return { text, imported, checks: [...checks], shared: [...called.values()], collectors: [...collectors] };
  }

  private area(name: string): Area {
    const known = this.areas.get(name);
    if (known) return known;
    const area: Area = { file: this.context.layout.file(name, "validators"), code: new Map() };
    this.areas.set(name, area);
    return area;
  }
}

interface Area {
  readonly file: string;
  /** The functions, by what they are sorted by. */
  readonly code: Map<string, FunctionCode>;
}
