/** What generated validators and their callers share. */
export { equal } from "./equal.js";
export { formats } from "./formats.js";
export { codePointLength } from "./length.js";
export { lazySchema } from "./schema.js";
export type { RawViolation, Schema, Validate, ValidateFunction, ValidatorModule, Violation } from "./types.js";
export { violationsOf } from "./violations.js";
