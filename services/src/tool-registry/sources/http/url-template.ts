import type { JsonObject } from "../../tool.js";

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** An argument cannot take its place in the URL. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** A URL with `{argument}` in its path and query. Whatever the arguments are, only what stands there is asked. */
export class UrlTemplate {
  /** The arguments that stand in the URL. */
  readonly names: ReadonlySet<string>;
  readonly #base: string;
  readonly #path: string;
  readonly #query: readonly string[];

  /** @throws Error for a template that is no URL, or that leaves open where it leads */
  constructor(template: string) {
    const [beforeHash = ""] = template.split("#");
    const [address = "", query = ""] = splitOnce(beforeHash, "?");
    const start = address.indexOf("/", address.indexOf("://") + 3);
    this.#base = start < 0 ? address : address.slice(0, start);
    this.#path = start < 0 ? "/" : address.slice(start);
    this.#query = query === "" ? [] : query.split("&");
    this.names = new Set([...beforeHash.matchAll(PLACEHOLDER)].map(([, name = ""]) => name));
    if (!URL.canParse(this.#base) || this.#base.includes("{")) {
      throw new Error(`"${template}" is no URL: placeholders may stand in its path and query only`);
    }
    if (/[{}]/.test(beforeHash.replaceAll(PLACEHOLDER, ""))) throw new Error(`"${template}" has a brace too many`);
  }

  /**
   * The URL for some arguments. A pair of the query is left out with its argument.
   * @throws ArgumentError for an argument that is missing in the path, that is no plain value, or that leads elsewhere
   */
  expand(args: JsonObject): URL {
    const segments = this.#path.split("/").map((segment) => segmentOf(segment, args));
    const pairs = this.#query.flatMap((pair) => pairOf(pair, args) ?? []);
    return new URL(`${this.#base}${segments.join("/")}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`);
  }
}

/** A segment with an argument in it must stay one segment, which `.`, `..` and nothing at all would not. */
function segmentOf(template: string, args: JsonObject): string {
  const segment = template.replaceAll(PLACEHOLDER, (_, name: string) => encoded(name, args[name]));
  if (segment !== template && /^\.{0,2}$/.test(segment)) {
    throw new ArgumentError(`args may not make "${template}" of the path "${segment}"`);
  }
  return segment;
}

function pairOf(template: string, args: JsonObject): string | undefined {
  const missing = [...template.matchAll(PLACEHOLDER)].some(([, name = ""]) => args[name] === undefined);
  return missing ? undefined : template.replaceAll(PLACEHOLDER, (_, name: string) => encoded(name, args[name]));
}

function encoded(name: string, value: unknown): string {
  if (value === undefined) throw new ArgumentError(`args/${name} is needed for the path`);
  if (!["string", "number", "boolean"].includes(typeof value)) {
    throw new ArgumentError(`args/${name} must be text, a number or a boolean to stand in the URL`);
  }
  return encodeURIComponent(String(value).replaceAll(/\p{Surrogate}/gu, "\ufffd"));
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
