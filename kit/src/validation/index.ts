/** What generated validators and their callers share. */
export { equal } from "./equal.js";
export { Evaluated } from "./evaluated.js";
export { fail, failMember } from "./fail.js";
export {
  byteFormat,
  dateFormat,
  dateTimeFormat,
  durationFormat,
  emailFormat,
  formats,
  hostnameFormat,
  idnEmailFormat,
  idnHostnameFormat,
  ipv4Format,
  ipv6Format,
  iriFormat,
  iriReferenceFormat,
  jsonPointerFormat,
  regexFormat,
  relativeJsonPointerFormat,
  timeFormat,
  uriFormat,
  uriReferenceFormat,
  uriTemplateFormat,
  uuidFormat,
} from "./formats.js";
export { hasUniqueItems, isObject, memberCount, multipleOf, oneOfValues, otherMember, own, step } from "./judge.js";
export { codePointLength } from "./length.js";
export { lazySchema } from "./schema.js";
export type { Schema, Validator, Violation } from "./types.js";
export { failUnion } from "./union.js";
export { violationsOf } from "./violations.js";
