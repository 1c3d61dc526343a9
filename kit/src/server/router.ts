/**
 * Finds the route of a raw request path. An own trie and not find-my-way (9.10 was tried), which reads the
 * `:cancel` of `/v1/runs/{run_id}:cancel` as a part of the variable's name, so that the suffix is neither
 * required nor removed; decodes the path before it matches; answers a broken percent-encoding before
 * authentication could; and knows neither other HTTP methods nor a fallback to a less specific template.
 *
 * Segments are compared as sent. A trie node belongs to one depth and one parent, so a lookup visits each
 * node at most once: its cost is bounded by the length of the path and the size of the table.
 */
export interface RouteMatch<T> {
  readonly route: T;
  /** The text of each variable, in the order of the template and still percent-encoded. */
  readonly values: readonly string[];
}

export type RouteResult<T> =
  | { readonly kind: "found"; readonly match: RouteMatch<T> }
  /** The path exists, but not with this method. `routes` are those it does have, most specific first. */
  | { readonly kind: "method"; readonly methods: readonly string[]; readonly routes: readonly T[] }
  | { readonly kind: "none" };

const VARIABLE = /\{([^{}]*)\}/;

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  /** Segments with variables, most literal text first. */
  readonly patterns: { readonly literals: readonly string[]; readonly node: Node<T> }[];
  readonly methods: Map<string, T>;
}

export class Router<T> {
  readonly #root: Node<T> = emptyNode();
  /** Routes without variables, by path and then method. They win over all others, so they need no search. */
  readonly #literal = new Map<string, Map<string, RouteResult<T>>>();

  /**
   * Adds a route.
   * @param path OpenAPI template, such as `/v1/runs/{run_id}:cancel`
   * @throws Error when method and path shape are taken, or the template is no path
   */
  add(method: string, path: string, route: T): void {
    if (!path.startsWith("/")) throw new Error(`route "${path}" must begin with "/"`);
    let node = this.#root;
    for (const segment of path.slice(1).split("/")) {
      const literals = literalsOf(segment);
      node = literals.length === 1 ? literalChild(node, segment) : patternChild(node, literals);
    }
    if (node.methods.has(method)) throw new Error(`two routes for ${method} ${path}`);
    node.methods.set(method, route);
    if (literalsOf(path).length > 1) return;
    const methods = this.#literal.get(path) ?? new Map<string, RouteResult<T>>();
    methods.set(method, { kind: "found", match: { route, values: [] } });
    this.#literal.set(path, methods);
  }

  /** Looks up a raw path; `HEAD` falls back to `GET`. */
  find(method: string, path: string): RouteResult<T> {
    const literal = this.#literal.get(path)?.get(method);
    if (literal) return literal;
    if (!path.startsWith("/")) return { kind: "none" };
    const segments = path.slice(1).split("/");
    const others = new Map<string, T>();
    const match = search(this.#root, segments, 0, [], method, others);
    if (match) return { kind: "found", match };
    if (others.size === 0) return { kind: "none" };
    return { kind: "method", methods: [...others.keys()], routes: [...others.values()] };
  }
}

function search<T>(
  node: Node<T>,
  segments: readonly string[],
  depth: number,
  values: readonly string[],
  method: string,
  others: Map<string, T>,
): RouteMatch<T> | undefined {
  const segment = segments[depth];
  if (segment === undefined) return leafOf(node, values, method, others);
  const literal = node.literals.get(segment);
  const exact = literal && search(literal, segments, depth + 1, values, method, others);
  if (exact) return exact;
  for (const { literals, node: next } of node.patterns) {
    const found = variablesOf(segment, literals);
    const match = found && search(next, segments, depth + 1, [...values, ...found], method, others);
    if (match) return match;
  }
  return undefined;
}

function leafOf<T>(
  node: Node<T>,
  values: readonly string[],
  method: string,
  others: Map<string, T>,
): RouteMatch<T> | undefined {
  const route = node.methods.get(method) ?? (method === "HEAD" ? node.methods.get("GET") : undefined);
  if (route !== undefined) return { route, values };
  for (const [name, other] of node.methods) if (!others.has(name)) others.set(name, other);
  return undefined;
}

/** The variables of a path template, in its order. */
export function variableNames(path: string): string[] {
  return path.split(VARIABLE).filter((_, index) => index % 2 === 1);
}

/** The text around variables: `{a}-{b}:x` has "", "-" and ":x". */
function literalsOf(template: string): string[] {
  return template.split(VARIABLE).filter((_, index) => index % 2 === 0);
}

/**
 * The text of each variable, or undefined when the segment is not of this shape. A variable is never empty. The first
 * text that may divide two does, but for the last dot before an extension: `{name}.{extension}`. Where nothing stands
 * between two, as in `{name}{extension}`, the second begins at the last dot, or else after one character.
 */
function variablesOf(segment: string, literals: readonly string[]): string[] | undefined {
  const first = literals[0] ?? "";
  const last = literals[literals.length - 1] ?? "";
  if (!segment.startsWith(first) || !segment.endsWith(last)) return undefined;
  const end = segment.length - last.length;
  if (last !== "" && isInside(segment, end)) return undefined;
  const values: string[] = [];
  let start = first.length;
  for (let index = 1; index < literals.length - 1; index++) {
    const literal = literals[index] ?? "";
    const isExtension = literal === "." && index === literals.length - 2;
    const at = isExtension ? segment.lastIndexOf(".", end - 2) : dividerAt(segment, literal, start);
    if (at <= start) return undefined;
    values.push(segment.slice(start, at));
    start = at + literal.length;
  }
  if (start >= end) return undefined;
  values.push(segment.slice(start, end));
  return values;
}

function dividerAt(segment: string, literal: string, start: number): number {
  if (literal !== "") {
    let at = segment.indexOf(literal, start + 1);
    while (isInside(segment, at)) at = segment.indexOf(literal, at + 1);
    return at;
  }
  const dot = segment.lastIndexOf(".");
  return dot > start ? dot : start + (segment[start] === "%" ? 3 : 1);
}

/** Whether a position is inside of an encoded character, where no literal text begins. */
function isInside(segment: string, at: number): boolean {
  return segment[at - 1] === "%" || segment[at - 2] === "%";
}

function literalChild<T>(node: Node<T>, segment: string): Node<T> {
  const known = node.literals.get(segment);
  if (known) return known;
  const made = emptyNode<T>();
  node.literals.set(segment, made);
  return made;
}

function patternChild<T>(node: Node<T>, literals: readonly string[]): Node<T> {
  const known = node.patterns.find((pattern) => pattern.literals.join("\0") === literals.join("\0"));
  if (known) return known.node;
  const made = { literals, node: emptyNode<T>() };
  node.patterns.push(made);
  node.patterns.sort((a, b) => b.literals.join("").length - a.literals.join("").length);
  return made.node;
}

function emptyNode<T>(): Node<T> {
  return { literals: new Map(), patterns: [], methods: new Map() };
}
