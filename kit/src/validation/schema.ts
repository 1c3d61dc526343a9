import type { Schema, Validator } from "./types.js";

/** Names a schema and remembers how to load the module that holds its validator. */
export function lazySchema<T, Module>(
  name: string,
  load: () => Promise<Module>,
  validatorIn: (module: Module) => Validator<T>,
): Schema<T> {
  return new LazySchema(name, load, validatorIn);
}

class LazySchema<T, Module> implements Schema<T> {
  validator: Validator<T> | undefined = undefined;

  constructor(
    readonly name: string,
    private readonly module: () => Promise<Module>,
    private readonly validatorIn: (module: Module) => Validator<T>,
  ) {}

  async load(): Promise<Validator<T>> {
    this.validator ??= this.validatorIn(await this.module());
    return this.validator;
  }
}
