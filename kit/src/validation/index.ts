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
export { linearPattern, PATTERN_LIMIT, type Pattern } from "./pattern.js";
export { compilePattern, type PatternProgram, type PatternStep } from "./pattern-program.js";
export { PatternError, type PatternNode, parsePattern } from "./pattern-syntax.js";
export { lazySchema } from "./schema.js";
export type { Schema, Validator, Violation } from "./types.js";
export { violationsOf } from "./violations.js";
