import pc from "picocolors";
import type { Diagnostics } from "../diagnostics/diagnostic.js";
import { type Located, locate, plainDiagnostic, printDiagnostic, visible } from "../diagnostics/print.js";

/** Exit codes of the tool: all is well; the contracts or the output are not; the command was called wrongly. */
export const exitCodes = { ok: 0, problems: 1, usage: 2 } as const;

/** So many warnings of one kind are shown one by one; a contract may repeat itself a thousand times. */
const SHOWN = 20;

export interface ReportOptions {
  readonly json?: boolean;
}

/** Prints all problems: for people on stderr, or as one JSON object on stdout. Returns the exit code. */
export function report(diagnostics: Diagnostics, { json = false }: ReportOptions, extra: object = {}): number {
  const ok = !diagnostics.hasErrors;
  const list = locate(diagnostics.list);
  if (json) {
    const value = { ok, ...extra, diagnostics: list.map(plainDiagnostic) };
    process.stdout.write(`${visible(JSON.stringify(value, null, 2))}\n`);
  } else if (list.length > 0) {
    process.stderr.write(`${printed(list).join("\n\n")}\n\n${count(diagnostics)}\n`);
  }
  return ok ? exitCodes.ok : exitCodes.problems;
}

/** Every error, and the first warnings of each kind; of the others it is said how many there are. */
function printed(list: readonly Located[]): string[] {
  const seen = new Map<string, number>();
  const shown = list.filter(({ diagnostic: { code, severity } }) => {
    if (severity === "error") return true;
    seen.set(code, (seen.get(code) ?? 0) + 1);
    return (seen.get(code) ?? 0) <= SHOWN;
  });
  const rest = [...seen].filter(([, found]) => found > SHOWN);
  const more = rest.map(
    ([code, found]) => `${pc.yellow("warning")} ${pc.dim(code)}  ${found - SHOWN} more; --json lists all`,
  );
  return [...shown.map(printDiagnostic), ...more];
}

function count({ list }: Diagnostics): string {
  const errors = list.filter(({ severity }) => severity === "error").length;
  const warnings = list.length - errors;
  const parts = [
    errors > 0 ? pc.red(plural(errors, "error")) : "",
    warnings > 0 ? pc.yellow(plural(warnings, "warning")) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
