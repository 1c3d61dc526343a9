/** One statement of a validator: a test that leads to a violation, or finished lines. */
export type Statement = Test | Lines;

/** `if (test && fail(…)) return false;` */
export interface Test {
  readonly kind: "test";
  /** True for values that violate; joined with `&&`, so an `||` in it stands in parentheses. */
  readonly test: string;
  readonly fail: string;
}

export interface Lines {
  readonly kind: "lines";
  readonly lines: readonly string[];
}

export const test = (condition: string, fail: string): Test => ({ kind: "test", test: condition, fail });
export const lines = (...text: readonly (string | readonly string[])[]): Lines => ({
  kind: "lines",
  lines: text.flat(),
});

/** The lines of statements, indented by their nesting alone. */
export function linesOf(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) =>
    statement.kind === "lines"
      ? statement.lines
      : [`if (${statement.test === "" ? "" : `${statement.test} && `}${statement.fail}) return false;`],
  );
}

export function indented(text: readonly string[]): string[] {
  return text.map((line) => `  ${line}`);
}

/** Statements that only run under a condition. A lone test joins the condition. */
export function when(condition: string, statements: readonly Statement[], otherwise?: Test): Statement[] {
  const [only] = statements;
  if (statements.length === 0) return otherwise ? [test(not(condition), otherwise.fail)] : [];
  if (statements.length === 1 && only?.kind === "test") {
    const inner = only.test === "" ? only.fail : `${only.test} && ${only.fail}`;
    if (otherwise) return [lines(`if (${condition} ? ${inner} : ${otherwise.fail}) return false;`)];
    return [test(only.test === "" ? condition : `${condition} && ${only.test}`, only.fail)];
  }
  return [
    lines(
      `if (${condition}) {`,
      indented(linesOf(statements)),
      otherwise ? `} else if (${otherwise.fail}) return false;` : "}",
    ),
  ];
}

/** The opposite of a condition, in its usual spelling where there is one. */
export function not(condition: string): string {
  if (condition === "true") return "false";
  if (condition === "false") return "true";
  if (condition.startsWith("(")) return `!${condition}`;
  const comparison = /^((?:typeof )?[\w$.]+) (===|!==) ("[^"\\]*"|[\w$.-]+)$/.exec(condition);
  if (comparison) return `${comparison[1]} ${comparison[2] === "===" ? "!==" : "==="} ${comparison[3]}`;
  if (/^![\w$.]+\([\w$., "]*\)$/.test(condition)) return condition.slice(1);
  return /^[\w$.]+\([\w$., "]*\)$/.test(condition) ? `!${condition}` : `!(${condition})`;
}

/** At least one of the conditions. */
export function either(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? "false") : `(${conditions.join(" || ")})`;
}
