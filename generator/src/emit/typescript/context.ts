import { type Shape, shapeOf } from "../../model/shape.js";
import type { Model, ModelSchema, ServiceModel, TypeId, TypeModel } from "../../model/types.js";
import type { Imports } from "../../print/imports.js";
import type { Artefacts } from "../artefacts.js";
import type { Layout } from "../layout.js";
import type { TypeNames } from "./type-text.js";

/** What every TypeScript emitter needs: the model, and where things go. */
export class Context {
  private readonly shapes = new Map<TypeId, Shape>();
  constructor(
    readonly model: Model,
    readonly layout: Layout,
    readonly artefacts: Artefacts,
  ) {}

  /** The tables of operations are there for clients and servers. */
  get hasOperations(): boolean {
    return this.artefacts.has("client") || this.artefacts.has("server");
  }

  readonly schema = (id: TypeId): ModelSchema | undefined => this.model.types.get(id)?.schema;

  type(id: TypeId): TypeModel {
    const type = this.model.types.get(id);
    if (!type) throw new Error(`the model has no type ${id}`);
    return type;
  }

  shape(type: TypeModel): Shape {
    let shape = this.shapes.get(type.id);
    if (!shape) {
      shape = shapeOf(type.schema, this.schema);
      this.shapes.set(type.id, shape);
    }
    return shape;
  }

  /** The types of an area, by name. */
  typesOf(area: string): TypeModel[] {
    return [...this.model.types.values()]
      .filter((type) => type.area === area)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names of types as a file sees them: its own area's models, or imported ones. */
  names(file: string, imports: Imports, own: boolean): TypeNames {
    return {
      reference: (id) => {
        const type = this.type(id);
        const home = this.layout.file(type.area, "models");
        return own && home === file ? type.name : imports.type(type.name, this.layout.specifier(file, home));
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
