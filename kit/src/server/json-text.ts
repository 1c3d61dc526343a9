import { Buffer } from "node:buffer";

/** A text of this many characters is long. */
const LONG = 256;
/** Values within a value, and levels of them, beyond which it is left to `JSON.stringify`. */
const MOST_VALUES = 500;
const MOST_LEVELS = 16;
/** A look at a value is worth it when it saves to look at so many characters for each value in it. */
const WORTH = 50;
/** So many values are not looked at after one that was not worth it. */
const PAUSE = 250;
const MOST_NAMES = 1000;
const LONGEST_NAME = 100;

/** What is escaped in many texts, and how; the backslash first, as the others bring more of it. */
const FREQUENT = [
  ["\\", "\\\\"],
  ['"', '\\"'],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
] as const;
/** The rest of ASCII that is escaped. */
const RARE = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter((one) => !/[\n\r\t]/.test(one));
/** An escape costs as much as it saves not to look at so many characters. */
const COST_OF_ESCAPE = 50;
/** A text of ASCII that has nothing of it. For short ones; it looks at every character. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Names of members as they stand before their values. Strangers may think of any number of them: not all are kept. */
const names = new Map<string, string>();

/**
 * Writes values of one kind, one after the other, each as `JSON.stringify` would. That looks at every character of a
 * text; to search a long one for each of those that have to be escaped takes a quarter of the time, as the processor
 * searches many characters at once. Values that turn out to gain nothing by it are left to `JSON.stringify`.
 */
export class JsonWriter {
  #pause = 0;
  #values = 0;
  /** Characters that nobody had to look at, less what their escapes cost. */
  #saved = 0;

  write(value: unknown): string {
    if (this.#pause > 0) {
      this.#pause -= 1;
      return JSON.stringify(value);
    }
    this.#values = 0;
    this.#saved = 0;
    const text = this.#any(value, MOST_LEVELS);
    if (text === undefined || this.#saved < WORTH * this.#values) this.#pause = PAUSE;
    return text ?? JSON.stringify(value);
  }

  /** Undefined for whatever has rules of its own. */
  #any(value: unknown, levels: number): string | undefined {
    this.#values += 1;
    if (this.#values > MOST_VALUES) return undefined;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? String(value) : "null";
      case "boolean":
        return value ? "true" : "false";
      case "object":
        return value === null ? "null" : this.#node(value, levels);
      default:
        return undefined;
    }
  }

  #node(value: object, levels: number): string | undefined {
    if (levels === 0 || "toJSON" in value) return undefined;
    if (Array.isArray(value)) return this.#array(value, levels - 1);
    return Object.getPrototypeOf(value) === Object.prototype ? this.#object(value, levels - 1) : undefined;
  }

  #array(values: readonly unknown[], levels: number): string | undefined {
    let all = "";
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      const text = value === undefined ? "null" : this.#any(value, levels);
      if (text === undefined) return undefined;
      all += all === "" ? text : `,${text}`;
    }
    return `[${all}]`;
  }

  #object(values: object, levels: number): string | undefined {
    let all = "";
    for (const name of Object.keys(values)) {
      const value = (values as Record<string, unknown>)[name];
      if (value === undefined) continue;
      const text = this.#any(value, levels);
      if (text === undefined) return undefined;
      all += all === "" ? `${named(name)}${text}` : `,${named(name)}${text}`;
    }
    return `{${all}}`;
  }

  #text(text: string): string {
    if (text.length < LONG) return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
    if (Buffer.byteLength(text) > text.length || RARE.some((one) => text.includes(one))) return JSON.stringify(text);
    let escaped = text;
    for (const [one, instead] of FREQUENT) if (escaped.includes(one)) escaped = escaped.replaceAll(one, instead);
    this.#saved += text.length - COST_OF_ESCAPE * (escaped.length - text.length);
    return `"${escaped}"`;
  }
}

function named(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(name)}:`;
  if (names.size < MOST_NAMES && name.length <= LONGEST_NAME) names.set(name, text);
  return text;
}
