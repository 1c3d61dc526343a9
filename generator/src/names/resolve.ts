import type { Diagnostics, Place } from "../diagnostics/diagnostic.js";
import { reservedMethods, reservedTypes } from "./reserved.js";
import { camelCase, pascalCase } from "./words.js";

/** Something that wants a name in generated code. */
export interface Claim {
  /** What it is, whatever else the contract holds: a document's name and a pointer. */
  readonly id: string;
  /** The name that follows from its identity alone; `""` where none does, which has been reported. */
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  readonly place: Place;
  /** More of its identity, nearest first, for when the name alone is not its own: seldom asked for. */
  readonly qualifiers: () => readonly string[];
}

/**
 * What happens when two want one name. `refuse`: it is an error, for contracts that one can change. `qualify`: all of
 * them get a longer name from their identity, and names in `locked` stay what they were.
 */
export interface NameOptions {
  readonly clashes: "refuse" | "qualify";
  /** Names of an earlier run, by id. */
  readonly locked: ReadonlyMap<string, string>;
}

export const refuseClashes: NameOptions = { clashes: "refuse", locked: new Map() };

/** Names that differ only in case clash too: people would mix them up, and so would some file systems. */
function keyOf(name: string): string {
  return name.toLowerCase();
}

/**
 * The name of each claim, by id. `taken` are names of a scope around, and `classes` those of the clients and servers,
 * which no longer name may come to either. Never depends on the claims' order.
 */
export function resolveNames(
  claims: readonly Claim[],
  kind: "type" | "method",
  { clashes, locked }: NameOptions,
  diagnostics: Diagnostics,
  taken: Iterable<string> = [],
  classes: ReadonlySet<string> = new Set(),
): Map<string, string> {
  const resolver = new Resolver(kind, diagnostics, taken, classes);
  const sorted = [...claims].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  if (clashes === "refuse") for (const claim of sorted) resolver.claim(claim);
  else resolver.qualify(sorted, locked);
  return resolver.names;
}

class Resolver {
  readonly names = new Map<string, string>();
  private readonly holders = new Map<string, Claim | undefined>();

  constructor(
    private readonly kind: "type" | "method",
    private readonly diagnostics: Diagnostics,
    taken: Iterable<string>,
    private readonly classes: ReadonlySet<string>,
  ) {
    for (const name of taken) this.holders.set(keyOf(name), undefined);
  }

  /** Gives a claim its own name, or reports who has it already. */
  claim(claim: Claim): void {
    const { id, name, what, place } = claim;
    this.names.set(id, name);
    if (name === "") return;
    const other = this.holders.get(keyOf(name));
    if (!this.holders.has(keyOf(name))) this.holders.set(keyOf(name), claim);
    else {
      const both = !other || name === other.name ? name : `${other.name}, but for upper and lower case`;
      const fix = `Add \`x-name: ${this.longer(claim, 1)}\`, or a better name, to one of them.`;
      this.diagnostics.add("name-clash", `${what} and ${other?.what ?? "another"} would both be called ${both}`, {
        place,
        fix,
      });
    }
  }

  qualify(claims: readonly Claim[], locked: ReadonlyMap<string, string>): void {
    const rest = claims.filter((claim) => !this.give(claim, locked.get(claim.id)));
    const groups = new Map<string, Claim[]>();
    for (const claim of rest) {
      const group = groups.get(keyOf(claim.name));
      if (group) group.push(claim);
      else groups.set(keyOf(claim.name), [claim]);
    }
    const clashing = [...groups.values()].filter(([first, ...others]) => {
      return first && (others.length > 0 || !this.give(first, first.name));
    });
    for (const group of clashing) this.qualifyGroup(group);
  }

  private qualifyGroup(group: readonly Claim[]): void {
    const holder = this.holders.get(keyOf(group[0]?.name ?? ""));
    const deepest = group.reduce((most, { qualifiers }) => Math.max(most, qualifiers().length), 0);
    let longer = group.map((claim) => this.longer(claim, 1));
    for (let level = 2; level <= deepest && !this.areFree(longer); level++)
      longer = group.map((claim) => this.longer(claim, level));
    for (const [index, claim] of group.entries()) {
      if (claim.name === "") {
        this.names.set(claim.id, "");
        continue;
      }
      const wish = longer[index] ?? claim.name;
      let name = wish;
      for (let count = 2; !this.give(claim, name); count++) name = `${wish}${count}`;
      const other = group.find((one) => one !== claim) ?? holder;
      this.diagnostics.add(
        "name-qualified",
        `${claim.what} is called ${name}: ${claim.name} would also be the name of ${other?.what ?? "another"}`,
        { place: claim.place },
      );
    }
  }

  private areFree(names: readonly string[]): boolean {
    const keys = names.map(keyOf);
    return new Set(keys).size === keys.length && keys.every((key) => !this.holders.has(key));
  }

  /** Gives a claim a name that nobody has; false where somebody does, be it the language. */
  private give(claim: Claim, name: string | undefined): boolean {
    if (name === undefined || name === "" || this.holders.has(keyOf(name)) || this.isReserved(name)) return false;
    this.holders.set(keyOf(name), claim);
    this.names.set(claim.id, name);
    return true;
  }

  private isReserved(name: string): boolean {
    return (this.kind === "type" ? reservedTypes : reservedMethods).has(name) || this.classes.has(name);
  }

  private longer({ name, qualifiers }: Claim, level: number): string {
    const words = qualifiers().slice(0, level);
    if (words.length === 0) return name;
    return this.kind === "type"
      ? pascalCase([...words.reverse(), name].join(" "))
      : camelCase([name, ...words].join(" "));
  }
}
