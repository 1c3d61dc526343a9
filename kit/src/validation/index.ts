/** What generated validators and their callers share. */
export {
  codePointLength,
  Evaluated,
  equal,
  fail,
  failMember,
  failUnion,
  hasUniqueItems,
  isObject,
  memberCount,
  multipleOf,
  own,
  step,
} from "./checks/index.js";
export { formats } from "./formats/index.js";
export { lazySchema } from "./schema.js";
export type { Schema, Validator, Violation } from "./types.js";
export { violationsOf } from "./violations.js";
