/** What a regular expression says, as far as it matters for a yes or no. */
export type PatternNode =
  /** One character; `source` is a regular expression of its own. */
  | { readonly kind: "set"; readonly source: string }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly branches: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly body: PatternNode; readonly min: number; readonly max: number }
  | { readonly kind: "assertion"; readonly source: Assertion }
  | { readonly kind: "group"; readonly body: PatternNode; readonly index: number; readonly name?: string | undefined }
  | { readonly kind: "look"; readonly body: PatternNode; readonly behind: boolean; readonly negative: boolean }
  | { readonly kind: "backreference"; readonly to: number | string };

export type Assertion = "^" | "$" | "\\b" | "\\B";

/** Why a pattern cannot be read or carried, in a sentence. */
export class PatternError extends Error {}

/** Levels of groups; far above what people write, far below what the stack holds. */
const MAX_DEPTH = 200;

const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
const groupStart = /\((?:\?(?:(:)|(<?)([=!])|<([^>=!]+)>))?/y;
const characterClass = /\[\^?(?:\\[\s\S]|[^\\\]])*\]/y;
const unicodeEscape =
  /\\(?:u\{[\da-f]+\}|u(?:d[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|[\da-f]{4})|x[\da-f]{2}|c[a-z]|[pP]\{[^}]*\}|[\s\S])/iy;
const plainEscape = /\\(?:u[\da-f]{4}|x[\da-f]{2}|c[a-z]|[0-3][0-7]{0,2}|[4-7][0-7]?|[\s\S])/iy;
const reference = /\\(?:([1-9]\d*)|k<([^>()[\\]+)>)/y;

/**
 * Reads a pattern that `RegExp` accepts with these flags (ECMA-262, §22.2.1 and annex B.1.2). What one character may be
 * stays text: the engine itself answers that, so classes and escapes need only be delimited.
 *
 * @throws PatternError for syntax it does not know, and for groups nested too deep
 */
export function parsePattern(source: string, flags: string): PatternNode {
  const unicode = /[uv]/.test(flags);
  // What is a reference depends on the groups of the whole pattern, which themselves do not depend on it.
  const first = new Parser(source, unicode, Number.POSITIVE_INFINITY, true);
  first.pattern();
  return new Parser(source, unicode, first.groups, unicode || first.hasNames).pattern();
}

class Parser {
  groups = 0;
  hasNames = false;
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly unicode: boolean,
    private readonly groupCount: number,
    private readonly named: boolean,
  ) {}

  pattern(): PatternNode {
    const node = this.choice(0);
    if (this.at < this.source.length) throw this.unknown();
    return node;
  }

  private choice(depth: number): PatternNode {
    if (depth > MAX_DEPTH) throw new PatternError(`its groups are nested deeper than ${MAX_DEPTH} levels`);
    const branches = [this.sequence(depth)];
    while (this.source[this.at] === "|") {
      this.at++;
      branches.push(this.sequence(depth));
    }
    return branches.length === 1 && branches[0] ? branches[0] : { kind: "choice", branches };
  }

  private sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    for (
      let next = this.source[this.at];
      next !== undefined && next !== "|" && next !== ")";
      next = this.source[this.at]
    )
      parts.push(this.repeated(this.term(next, depth)));
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "sequence", parts };
  }

  private repeated(body: PatternNode): PatternNode {
    const [found, sign, least, comma, most] = this.take(quantifier) ?? [];
    if (found === undefined) return body;
    if (sign !== undefined)
      return { kind: "repeat", body, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Number.POSITIVE_INFINITY };
    const min = Number(least);
    return {
      kind: "repeat",
      body,
      min,
      max: comma === undefined ? min : most ? Number(most) : Number.POSITIVE_INFINITY,
    };
  }

  private term(next: string, depth: number): PatternNode {
    if (next === "^" || next === "$") {
      this.at++;
      return { kind: "assertion", source: next };
    }
    if (next === "(") return this.group(depth);
    if (next === "\\") return this.escape();
    if (next === "[") return { kind: "set", source: this.take(characterClass)?.[0] ?? this.refuse() };
    const character = this.unicode ? String.fromCodePoint(this.source.codePointAt(this.at) ?? 0) : next;
    this.at += character.length;
    return { kind: "set", source: character };
  }

  private group(depth: number): PatternNode {
    const [start = "", plain, behind, sign, name] = this.take(groupStart) ?? this.refuse();
    if (start === "(" && this.source[this.at] === "?") this.refuse();
    const index = start === "(" || name !== undefined ? ++this.groups : 0;
    if (name !== undefined) this.hasNames = true;
    const body = this.choice(depth + 1);
    if (this.source[this.at++] !== ")") this.refuse();
    if (index > 0) return { kind: "group", body, index, name };
    return plain === undefined ? { kind: "look", body, behind: behind === "<", negative: sign === "!" } : body;
  }

  private escape(): PatternNode {
    const letter = this.source[this.at + 1];
    if (letter === "b" || letter === "B") {
      this.at += 2;
      return { kind: "assertion", source: `\\${letter}` };
    }
    const start = this.at;
    const [found, index, name] = this.take(reference) ?? [];
    if (index !== undefined && (this.unicode || Number(index) <= this.groupCount))
      return { kind: "backreference", to: Number(index) };
    if (name !== undefined && this.named) return { kind: "backreference", to: name };
    if (found !== undefined) this.at = start;
    if (letter === "c" && !/[a-z]/i.test(this.source[this.at + 2] ?? "")) {
      // Annex B: the backslash stands for itself.
      this.at++;
      return { kind: "set", source: "\\\\" };
    }
    return { kind: "set", source: this.take(this.unicode ? unicodeEscape : plainEscape)?.[0] ?? this.refuse() };
  }

  private take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.source);
    if (found) this.at += found[0].length;
    return found ?? undefined;
  }

  private unknown(): PatternError {
    return new PatternError(`its syntax at character ${this.at + 1} is not known`);
  }

  private refuse(): never {
    throw this.unknown();
  }
}
