import { usePattern } from "../../model/pattern.js";
import { stringLiteral } from "../../print/escape.js";

/** A pattern as an expression with a `test`. @throws Error for patterns that the model has refused */
export function patternCode(pattern: string, kit: (name: "linearPattern") => string): string {
  const use = usePattern(pattern);
  if (use.kind === "invalid" || use.kind === "catastrophic") throw new Error(`${pattern}: ${use.reason}`);
  const make = use.kind === "native" ? "new RegExp" : kit("linearPattern");
  const flags = use.flags === "" ? "" : `, "${use.flags}"`;
  return `/* @__PURE__ */ ${make}(${stringLiteral(pattern)}${flags})`;
}
