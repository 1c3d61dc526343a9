/** What a precompiled validator says about one violation of a schema. */
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

/** The error object that ajv's standalone code leaves on a validator. */
export interface RawViolation {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Record<string, unknown>;
}

/** A precompiled validator: true when the value satisfies the schema, else `errors` says why, until the next call. */
export interface ValidateFunction {
  (value: unknown): boolean;
  errors?: RawViolation[] | null;
}

/** A precompiled validator that tells the type too. */
export interface Validate<T> {
  (value: unknown): value is T;
  errors?: RawViolation[] | null;
}

/** A generated validator module, `validators/<strict|tolerant>/<Name>.js`. */
export interface ValidatorModule {
  readonly validate: ValidateFunction;
}

/**
 * A named schema and how to load its validators. The modules load on first use, so a program pays
 * only for the schemas of the operations it calls.
 */
export interface Schema<T = unknown> {
  /** The generated type name. */
  readonly name: string;
  /** The schema as written: closed objects and enums reject what the contract does not name. */
  readonly strict: () => Promise<ValidatorModule>;
  /** For consumers: unknown members, enum values and union variants pass. */
  readonly tolerant: () => Promise<ValidatorModule>;
  /** Type only: the value that the schema describes. */
  readonly type?: T;
}
