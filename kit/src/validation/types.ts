/** What a validator says about one violation of a schema. */
export interface Violation {
  /** JSON pointer to the offending value; `""` is the whole value. */
  readonly pointer: string;
  /** The JSON Schema keyword that was violated, such as `required` or `maximum`. */
  readonly keyword: string;
  /** A sentence for people; never part of a wire contract. */
  readonly message: string;
  /** The keyword's details, such as `{ missingProperty: "run_id" }`. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * A precompiled validator: true when the value satisfies the schema. With a list of `violations` it goes on
 * after the first and adds all it finds, each pointer behind `pointer`. `tolerant` is how a consumer reads:
 * members, enum values and union variants that the contract does not name pass, and so do odd formats.
 */
export type Validator<T = unknown> = (
  value: unknown,
  tolerant?: boolean,
  violations?: Violation[],
  pointer?: string,
) => value is T;

/** A named schema and how to get its validator. The module loads on first use, so a program pays for what it calls. */
export interface Schema<T = unknown> {
  /** The generated type name. */
  readonly name: string;
  /** The validator, once it is loaded: what runs often needs no promise. */
  readonly validator: Validator<T> | undefined;
  /** Loads the validator; the module is loaded once. */
  load(): Promise<Validator<T>>;
}
