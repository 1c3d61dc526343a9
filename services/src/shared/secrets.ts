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

/**
 * Reads what must not be told, and strikes it out of what is. What comes from the environment is struck out of all that is
 * for people; out of data, which programs go on with, only what is called a secret: a folder is in many results.
 */
export class Secrets {
  readonly #values = new Set<string>();
  /** Those of the values that are called a secret. */
  readonly #named = new Set<string>();

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
    this.#keep(value, SECRET_NAME.test(text.env));
    return `${text.prefix ?? ""}${value}`;
  }

  /** Like `read`, for what is secret wherever it stands. */
  readSecret(text: ConfigText, where: string): string {
    const value = this.read(text, where);
    this.#keep(value, true);
    return value;
  }

  /** Reads every member. One whose name says so is secret even where it stands in the configuration. */
  readAll(texts: Readonly<Record<string, ConfigText>> = {}, where: string): Record<string, string> {
    const read = ([name, text]: [string, ConfigText]): [string, string] => {
      const value = this.read(text, `${where}/${name}`);
      if (SECRET_NAME.test(name)) this.#keep(value.replace(AUTH_SCHEME, ""), true);
      return [name, value];
    };
    return Object.fromEntries(Object.entries(texts).map(read));
  }

  /** Is there nothing to strike out? */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** The same value for people, without secrets in any of its texts. */
  redact<T>(value: T): T {
    return struck(value, this.#values);
  }

  /** The same for data. */
  redactData<T>(value: T): T {
    return struck(value, this.#named);
  }

  #keep(value: string, isNamed: boolean): void {
    if (value.length < MIN_LENGTH) return;
    this.#values.add(value);
    if (isNamed) this.#named.add(value);
  }
}

function struck<T>(value: T, secrets: ReadonlySet<string>): T {
  if (secrets.size === 0) return value;
  const text = (original: string): string => {
    let left = original;
    for (const secret of secrets) left = left.replaceAll(secret, STRUCK);
    return left;
  };
  const within = (part: unknown): unknown => {
    if (typeof part === "string") return text(part);
    if (Array.isArray(part)) return part.map(within);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [text(key), within(member)]));
  };
  return within(value) as T;
}
