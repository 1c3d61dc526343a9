import type { Schema, ValidatorModule } from "./types.js";

/** Names a schema and remembers how to load its two validator modules. */
export function lazySchema<T>(
  name: string,
  strict: () => Promise<ValidatorModule>,
  tolerant: () => Promise<ValidatorModule>,
): Schema<T> {
  return { name, strict, tolerant };
}
