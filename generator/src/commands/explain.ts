import { codes } from "../diagnostics/codes.js";
import { UsageError } from "./config.js";
import { exitCodes } from "./report.js";

/** `agentwire explain CODE`: what a diagnostic means and what to do. Without a code: the list. */
export function explain(code: string | undefined): number {
  if (code === undefined) {
    const width = Math.max(...Object.keys(codes).map(({ length }) => length));
    for (const [name, { severity, explain: text }] of Object.entries(codes)) {
      process.stdout.write(`${name.padEnd(width)}  ${severity.padEnd(7)}  ${text}\n`);
    }
    return exitCodes.ok;
  }
  if (!Object.hasOwn(codes, code))
    throw new UsageError(`there is no diagnostic "${code}"; \`agentwire explain\` lists them`);
  const { severity, explain: text, fix } = codes[code as keyof typeof codes];
  process.stdout.write(`${code} (${severity})\n\n${text}\n\nfix: ${fix}\n`);
  return exitCodes.ok;
}
