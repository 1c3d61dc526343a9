import { stringLiteral } from "./escape.js";

/** The imports of one generated file. Emitters say which symbol they use; the import lines follow from that. */
export class Imports {
  private readonly types = new Map<string, Set<string>>();
  private readonly values = new Map<string, Set<string>>();
  private readonly spaces = new Map<string, string>();
  private readonly typeSpaces = new Map<string, string>();
  /** The import lines, once nothing will be added any more. */
  private text: string | undefined;

  /** A symbol that is only used in types. Returns its local name. */
  type(name: string, specifier: string): string {
    add(this.types, specifier, name);
    return name;
  }

  /** A symbol that exists at run time, `name` or `name as local`. */
  value(name: string, specifier: string): string {
    add(this.values, specifier, name);
    return name.split(" as ").at(-1) ?? name;
  }

  /** The local names of all symbols imported so far. */
  names(): Set<string> {
    const all = [...this.types.values(), ...this.values.values()].flatMap((names) => [...names]);
    return new Set(all.map((name) => name.split(" as ").at(-1) ?? name));
  }

  /** A whole module. */
  namespace(local: string, specifier: string): string {
    this.spaces.set(specifier, local);
    return local;
  }

  /** A whole module, for its types alone. */
  typeNamespace(local: string, specifier: string): string {
    this.typeSpaces.set(specifier, local);
    return local;
  }

  /** All that others have. Most pieces of a file import the same, and what was seen is not looked at again. */
  addAll(others: Iterable<Imports>): void {
    const seen = new Set<string>();
    for (const other of others) {
      other.text ??= other.lines().join("\n");
      if (seen.has(other.text)) continue;
      seen.add(other.text);
      this.addOther(other);
    }
  }

  private addOther(other: Imports): void {
    for (const [specifier, names] of other.types) for (const name of names) add(this.types, specifier, name);
    for (const [specifier, names] of other.values) for (const name of names) add(this.values, specifier, name);
    for (const [specifier, local] of other.spaces) this.spaces.set(specifier, local);
    for (const [specifier, local] of other.typeSpaces) this.typeSpaces.set(specifier, local);
  }

  /** The import lines, packages before relative files, each group by name. */
  lines(): string[] {
    const lines: [string, string][] = [];
    for (const [specifier, local] of this.spaces)
      lines.push([specifier, `import * as ${local} from ${stringLiteral(specifier)};`]);
    for (const [specifier, local] of this.typeSpaces)
      lines.push([specifier, `import type * as ${local} from ${stringLiteral(specifier)};`]);
    for (const [specifier, names] of this.values) lines.push([specifier, statement("import", names, specifier)]);
    for (const [specifier, names] of this.types) lines.push([specifier, statement("import type", names, specifier)]);
    return lines.sort(([a, x], [b, y]) => order(a, b) || order(x, y)).map(([, line]) => line);
  }
}

function statement(keyword: string, names: ReadonlySet<string>, specifier: string): string {
  const sorted = [...names].sort(order);
  const line = `${keyword} { ${sorted.join(", ")} } from ${stringLiteral(specifier)};`;
  return line.length <= 120
    ? line
    : `${keyword} {\n${sorted.map((name) => `  ${name},`).join("\n")}\n} from ${stringLiteral(specifier)};`;
}

function add(map: Map<string, Set<string>>, key: string, name: string): void {
  const names = map.get(key);
  if (names) names.add(name);
  else map.set(key, new Set([name]));
}

function order(a: string, b: string): number {
  const rank = (text: string) => (text.startsWith(".") ? 1 : 0);
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}
