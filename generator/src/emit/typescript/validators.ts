import type { TypeId, TypeModel } from "../../model/types.js";
import { collectorName, guardName } from "../../names/names.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import { collectorCode, validatorCode } from "../validation/validator.js";
import type { Surroundings } from "../validation/writer.js";
import type { Context } from "./context.js";
import { type SharedSchema, SharedSchemas } from "./shared-schemas.js";

/** One `validators` module an area: a type guard for each type. */
export class ValidatorFiles {
  private readonly areas = new Map<string, Area>();
  private readonly collected = new Set<TypeId>();
  /** What other code has asked for beside the validators of the types. */
  private readonly pending: (() => void)[] = [];

  constructor(private readonly context: Context) {}

  add(type: TypeModel): void {
    const { code, surroundings } = this.area(type);
    const { name, schema } = type;
    const guard = guardName(name);
    const same = typeof schema === "object" ? surroundings.shared(schema) : undefined;
    code.set(
      guard,
      same === undefined || same === guard
        ? validatorCode({ name, guard, schema, isExported: true }, surroundings)
        : [`export const ${guard} = ${same};`],
    );
  }

  /** All files. What schemas elsewhere need of a type beside its validator is known only when all have been added. */
  files(): OutputFile[] {
    for (let write = this.pending.pop(); write; write = this.pending.pop()) write();
    return [...this.areas].flatMap(([name, { file, code, imports }]) => {
      const types = this.context.typesOf(name);
      const declared = new Imports();
      const guards = types.map((type) => ({ name: type.name, guard: guardName(type.name) }));
      if (types.length > 0) {
        declared.type("Validator", this.context.layout.kit(file, "validation"));
        declared.typeNamespace("models", this.context.layout.specifier(file, this.context.layout.file(name, "models")));
      }
      const head = header(this.context.source(name));
      const text = [...code].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text.join("\n"));
      return [
        {
          path: `${file}.js`,
          text: print("typescript/validators.js", { header: head, imports: imports.lines(), code: text }),
        },
        {
          path: `${file}.d.ts`,
          text: print("typescript/validators.d.ts", { header: head, imports: declared.lines(), guards }),
        },
      ];
    });
  }

  private area(type: TypeModel): Area {
    const known = this.areas.get(type.area);
    if (known) return known;
    const { layout } = this.context;
    const file = layout.file(type.area, "validators");
    const imports = new Imports();
    const code = new Map<string, readonly string[]>();
    const imported = (id: TypeId, symbol: string) => {
      const home = this.context.type(id).area;
      return home === type.area
        ? symbol
        : imports.value(symbol, layout.specifier(file, layout.file(home, "validators")));
    };
    const shared = new SharedSchemas(this.context.typesOf(type.area));
    const kit = layout.kit(file, "validation");
    const surroundings: Surroundings = {
      assertFormats: type.assertFormats,
      lookup: this.context.schema,
      guard: (id) => imported(id, guardName(this.context.type(id).name)),
      shared: (schema) => {
        const found = shared.functionFor(schema);
        if (typeof found !== "object") return found;
        this.askFor(area, found);
        return found.name;
      },
      collector: (id) => imported(id, this.collectorOf(this.context.type(id))),
      kit: (name) => imports.value(name, kit),
    };
    const area: Area = { file, code, imports, surroundings };
    this.areas.set(type.area, area);
    return area;
  }

  private askFor({ code, surroundings }: Area, { name, schema }: SharedSchema): void {
    if (code.has(name)) return;
    code.set(name, []);
    const source = { name, guard: name, schema, isExported: false };
    this.pending.push(() => code.set(name, validatorCode(source, surroundings)));
  }

  private collectorOf(type: TypeModel): string {
    const collector = collectorName(type.name);
    if (!this.collected.has(type.id)) {
      this.collected.add(type.id);
      this.pending.push(() => {
        const { code, surroundings } = this.area(type);
        code.set(
          `${guardName(type.name)} `,
          collectorCode({ name: type.name, collector, schema: type.schema }, surroundings),
        );
      });
    }
    return collector;
  }
}

interface Area {
  readonly file: string;
  /** The code of each function, by what it is sorted by: beside the type that it belongs to. */
  readonly code: Map<string, readonly string[]>;
  readonly imports: Imports;
  readonly surroundings: Surroundings;
}
