import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A declaration of the kit, as it stands in a file that holds it itself. */
interface Declaration {
  readonly text: string;
  /** Others that it refers to. */
  readonly uses: readonly string[];
}

const entries = ["@agentwire/kit/validation/checks", "@agentwire/kit/validation/formats"];

let declarations: ReadonlyMap<string, Declaration> | undefined;

/**
 * Checks of the kit, and what they stand on, as code for the file that calls them. A process that validates one value is
 * done before it would have found and loaded a package.
 */
export function kitText(names: ReadonlySet<string>): string {
  declarations ??= new Map(entries.flatMap((entry) => declarationsOf(textOf(entry))));
  const wanted = new Set(names);
  for (const name of wanted) for (const used of declarations.get(name)?.uses ?? []) wanted.add(used);
  return [...declarations].flatMap(([name, { text }]) => (wanted.has(name) ? [text] : [])).join("\n\n");
}

function textOf(entry: string): string {
  return readFileSync(fileURLToPath(import.meta.resolve(entry)), "utf8");
}

/** The declarations of a compiled module by name, each with its comment. All lines of one but the first are indented or close it. */
function declarationsOf(module: string): [string, Declaration][] {
  const found = new Map<string, string>();
  let comment = "";
  for (const block of module.split(/\r?\n(?=[^\s}])/)) {
    const name = /^(?:export )?(?:function|const|class) (\w+)/.exec(block)?.[1];
    if (name !== undefined) found.set(name, comment + handWritten(block));
    comment = block.startsWith("/**") ? `${block}\n` : "";
  }
  return [...found].map(([name, text]) => [name, { text, uses: namesIn(text).filter((used) => found.has(used)) }]);
}

/** As our own emitters indent. */
function handWritten(block: string): string {
  return block
    .trimEnd()
    .replace(/^export /, "")
    .replaceAll("    ", "  ");
}

/** What is called, asked or looked into. */
function namesIn(text: string): string[] {
  const parts = text.split(/\b/);
  return parts.filter((_, index) => /^[([.;]/.test(parts[index + 1] ?? ""));
}
