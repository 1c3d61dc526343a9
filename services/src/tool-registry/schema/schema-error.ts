/** A schema cannot be used; the message is what follows "because". */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}
