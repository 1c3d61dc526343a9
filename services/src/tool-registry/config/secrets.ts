import { isObject } from "../tool.js";

/** A text of the configuration: as it stands, or what a variable of the environment holds. */
export type ConfigText = string | FromEnvironment;

export interface FromEnvironment {
  /** Name of the variable. */
  readonly env: string;
  /** What comes before it, such as `Bearer `. */
  readonly prefix?: string;
}

/** Shorter values are words like `true`, which would be struck out of every sentence. */
const MIN_LENGTH = 6;
const SECRET_NAME = /auth|cookie|key|token|secret|password/i;
const AUTH_SCHEME = /^(?:bearer|basic|token) +/i;
const STRUCK = "[secret]";

/** Reads what must not be told, and strikes it out of what is. */
export class Secrets {
  readonly #values = new Set<string>();

  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  /**
   * The text that a configuration means. What comes from the environment counts as secret.
   * @param where the place in the configuration, for the error
   * @throws Error when the variable is not set
   */
  read(text: ConfigText, where: string): string {
    if (typeof text === "string") return text;
    const value = this.environment[text.env];
    if (value === undefined || value === "") {
      throw new Error(`${where}: the environment variable ${text.env} is not set`);
    }
    this.keep(value);
    return `${text.prefix ?? ""}${value}`;
  }

  /** Like `read`, for what is secret wherever it stands. */
  readSecret(text: ConfigText, where: string): string {
    const value = this.read(text, where);
    this.keep(value);
    return value;
  }

  /** Reads every member. One whose name says so is secret even where it stands in the configuration. */
  readAll(texts: Readonly<Record<string, ConfigText>> = {}, where: string): Record<string, string> {
    const read = ([name, text]: [string, ConfigText]): [string, string] => {
      const value = this.read(text, `${where}/${name}`);
      if (SECRET_NAME.test(name)) this.keep(value.replace(AUTH_SCHEME, ""));
      return [name, value];
    };
    return Object.fromEntries(Object.entries(texts).map(read));
  }

  keep(value: string): void {
    if (value.length >= MIN_LENGTH) this.#values.add(value);
  }

  /** The same value without secrets, in all of its texts. */
  redact<T>(value: T): T {
    return this.#values.size === 0 ? value : (this.#struck(value) as T);
  }

  #struck(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.#struck(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.#text(key), this.#struck(member)]));
  }

  #text(text: string): string {
    let left = text;
    for (const value of this.#values) left = left.replaceAll(value, STRUCK);
    return left;
  }
}
