import type { Diagnostics } from "../../diagnostics/diagnostic.js";
import type { TypeId, TypeModel } from "../../model/types.js";
import { collectorName, guardName } from "../../names/names.js";
import { Imports } from "../../print/imports.js";
import { print } from "../../print/template.js";
import { header, type OutputFile } from "../file.js";
import { PatternError } from "../validation/regexp.js";
import { collectorCode, type Surroundings, type ValidatorSource, validatorCode } from "../validation/validator.js";
import type { Context } from "./context.js";

/** One `validators` module an area: a type guard for each type. */
export class ValidatorFiles {
  private readonly areas = new Map<string, Area>();
  private readonly collected = new Set<TypeId>();
  private readonly pending: TypeId[] = [];

  constructor(
    private readonly context: Context,
    private readonly diagnostics: Diagnostics,
  ) {}

  add(type: TypeModel): void {
    this.write(type, (source, surroundings) => validatorCode(source, surroundings));
  }

  /** All files. What schemas elsewhere need of a type beside its validator is known only when all have been added. */
  files(): OutputFile[] {
    for (let id = this.pending.pop(); id !== undefined; id = this.pending.pop()) {
      const type = this.context.type(id);
      const name = collectorName(type.name);
      this.write(type, (source, surroundings) => collectorCode(source, name, surroundings));
    }
    return [...this.areas].flatMap(([area, { file, code, imports }]) => {
      const types = this.context.typesOf(area);
      const declared = new Imports();
      const guards = types.map(({ name }) => ({ name, guard: guardName(name) }));
      const kit = this.context.layout.kit(file, "validation");
      if (types.length > 0) {
        declared.type("Validator", kit);
        declared.typeNamespace("models", this.context.layout.specifier(file, this.context.layout.file(area, "models")));
      }
      const head = header(this.context.source(area));
      const text = [...code].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
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

  private write(
    type: TypeModel,
    compile: (source: ValidatorSource, surroundings: Surroundings) => readonly string[],
  ): void {
    const { name, schema, assertFormats } = type;
    const area = this.area(type.area);
    try {
      const source = { name, guard: guardName(name), schema, assertFormats };
      const code = compile(source, this.surroundings(area, type.area)).join("\n");
      area.code.set(`${name} ${area.code.size}`, code);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.diagnostics.add("pattern-invalid", `${name} cannot be compiled: ${error.message}`, { place: type.place });
    }
  }

  private surroundings({ file, imports }: Area, area: string): Surroundings {
    const { layout } = this.context;
    const imported = (id: TypeId, symbol: string) => {
      const home = this.context.type(id).area;
      return home === area ? symbol : imports.value(symbol, layout.specifier(file, layout.file(home, "validators")));
    };
    return {
      lookup: this.context.schema,
      guard: (id) => imported(id, guardName(this.context.type(id).name)),
      collector: (id) => {
        if (!this.collected.has(id)) {
          this.collected.add(id);
          this.pending.push(id);
        }
        return imported(id, collectorName(this.context.type(id).name));
      },
      kit: (name) => imports.value(name, layout.kit(file, "validation")),
    };
  }

  private area(name: string): Area {
    let area = this.areas.get(name);
    if (!area) {
      area = { file: this.context.layout.file(name, "validators"), code: new Map(), imports: new Imports() };
      this.areas.set(name, area);
    }
    return area;
  }
}

interface Area {
  readonly file: string;
  /** The code of each type, by name and then in the order it was asked for. */
  readonly code: Map<string, string>;
  readonly imports: Imports;
}
