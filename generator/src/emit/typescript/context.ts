import { rememberTypes } from "../../model/json-types.js";
import { type Shape, shapeOf } from "../../model/shape.js";
import type { Model, ModelSchema, ServiceModel, TypeId, TypeModel } from "../../model/types.js";
import type { Imports } from "../../print/imports.js";
import type { Artefacts } from "../artefacts.js";
import { Fragments } from "../fragments.js";
import type { Layout } from "../layout.js";
import { SharedSchemas } from "./shared-schemas.js";
import type { TypeNames } from "./type-text.js";

/** Types that stand together in the files of their area: what is printed for them is put together once. */
export interface TypeBlock {
  /** Tells it from all others, in every run. */
  readonly key: string;
  readonly types: readonly TypeModel[];
}

/** An edit costs one block anew, and a file is as many texts as it has blocks. */
const BLOCK_SIZE = 64;

/** What every TypeScript emitter needs: the model, and where things go. */
export class Context {
  /** `fragments` and `shared` are those of an earlier run, told of all that has changed since. */
  constructor(
    readonly model: Model,
    readonly layout: Layout,
    readonly artefacts: Artefacts,
    readonly fragments: Fragments = new Fragments(),
    private readonly sharedByArea = new Map<string, SharedSchemas>(),
  ) {
    if (!fragments.again) rememberTypes(this.schema);
  }

  /** The tables of operations are there for clients and servers. */
  get hasOperations(): boolean {
    return this.artefacts.has("client") || this.artefacts.has("server");
  }

  readonly schema = (id: TypeId): ModelSchema | undefined => {
    this.fragments.uses(id);
    return this.model.types.get(id)?.schema;
  };

  type(id: TypeId): TypeModel {
    const type = this.model.types.get(id);
    if (!type) throw new Error(`the model has no type ${id}`);
    return type;
  }

  shape({ id, schema }: TypeModel): Shape {
    return this.fragments.get("shape", id, () => {
      this.fragments.uses(id);
      return shapeOf(schema, this.schema);
    });
  }

  /** The types of an area, by name. */
  typesOf(area: string): readonly TypeModel[] {
    const ids = this.fragments.get("types", area, () =>
      [...this.model.types.values()]
        .filter((type) => type.area === area)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ id }) => id),
    );
    return ids.map((id) => this.type(id));
  }

  /** The types of an area, by name, in blocks. */
  blocksOf(area: string): TypeBlock[] {
    const types = this.typesOf(area);
    return Array.from({ length: Math.ceil(types.length / BLOCK_SIZE) }, (_, index) => ({
      key: `${area} ${index}`,
      types: types.slice(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE),
    }));
  }

  /** Which schemas of an area say the same. */
  sharedSchemas(area: string): SharedSchemas {
    let shared = this.sharedByArea.get(area);
    if (!shared) {
      shared = new SharedSchemas();
      for (const { name, schema } of this.typesOf(area)) if (typeof schema === "object") shared.add(name, schema);
      this.sharedByArea.set(area, shared);
    }
    return shared;
  }

  private readonly homes = new Map<string, Map<string, { readonly file: string; readonly specifier: string }>>();

  /** The models of an area, as a file imports them. */
  private modelsFrom(file: string, area: string) {
    let homes = this.homes.get(file);
    if (!homes) {
      homes = new Map();
      this.homes.set(file, homes);
    }
    let home = homes.get(area);
    if (!home) {
      const models = this.layout.file(area, "models");
      home = { file: models, specifier: this.layout.specifier(file, models) };
      homes.set(area, home);
    }
    return home;
  }

  /** Names of types as a file sees them: its own area's models, or imported ones. */
  names(file: string, imports: Imports, own: boolean): TypeNames {
    return {
      reference: (id) => {
        const { name, area } = this.type(id);
        const home = this.modelsFrom(file, area);
        return own && home.file === file ? name : imports.type(name, home.specifier);
      },
      unrecognized: () => imports.type("Unrecognized", this.layout.kit(file, "")),
    };
  }

  /** The file that an area's output is said to come from. */
  source(area: string): string {
    const service = this.model.services.find((candidate) => candidate.area === area);
    return service ? service.place.document.name : `the schemas of ${area}`;
  }

  serviceOf(area: string): ServiceModel | undefined {
    return this.model.services.find((service) => service.area === area);
  }
}
