/** Regular expressions whose time is proportional to the text. Loaded only by validators with a pattern that needs it. */
export { linearPattern, PATTERN_LIMIT, type Pattern } from "./linear.js";
export { compilePattern, LOOK_PARTS, type PatternProgram, type PatternStep } from "./program.js";
export { PatternError, type PatternNode, parsePattern } from "./syntax.js";
