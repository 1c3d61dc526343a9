/** The expression cannot be worked out; the message says where and why. */
export class ArithmeticError extends Error {
  override readonly name = "ArithmeticError";
}

const MAX_LENGTH = 1000;
const MAX_DEPTH = 100;
const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([-+*/()])|$)/y;

/**
 * Works out `+ - * /` with parentheses and signs, without `eval`.
 *
 *     sum     = product { ("+" | "-") product }
 *     product = factor { ("*" | "/") factor }
 *     factor  = { "+" | "-" } ( number | "(" sum ")" )
 *
 * @throws ArithmeticError on anything else, and on results that are no finite number
 */
export function evaluate(expression: string): number {
  if (expression.length > MAX_LENGTH)
    throw new ArithmeticError(`the expression is longer than ${MAX_LENGTH} characters`);
  const value = new Parser(tokens(expression)).parse();
  if (!Number.isFinite(value)) throw new ArithmeticError("the result is no finite number");
  // 0 and -0 are one number to whoever reads the answer.
  return value === 0 ? 0 : value;
}

interface Token {
  readonly text: string;
  /** Where it starts, from 1, for people. */
  readonly column: number;
}

function tokens(expression: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    const text = match?.[1] ?? match?.[2];
    if (text === undefined) {
      const rest = expression.slice(from).trimStart();
      throw new ArithmeticError(`"${[...rest][0] ?? ""}" is not part of arithmetic`);
    }
    found.push({ text, column: TOKEN.lastIndex - text.length + 1 });
  }
  return found;
}

class Parser {
  #at = 0;
  #depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): number {
    const value = this.#sum();
    const rest = this.tokens[this.#at];
    if (rest) throw new ArithmeticError(`"${rest.text}" at ${rest.column} is not expected there`);
    return value;
  }

  #sum(): number {
    let value = this.#product();
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) {
      const right = this.#product();
      value = sign === "+" ? value + right : value - right;
    }
    return value;
  }

  #product(): number {
    let value = this.#factor();
    for (let sign = this.#take("*", "/"); sign; sign = this.#take("*", "/")) {
      const right = this.#factor();
      if (sign === "/" && right === 0) throw new ArithmeticError("division by zero");
      value = sign === "*" ? value * right : value / right;
    }
    return value;
  }

  #factor(): number {
    let negative = false;
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) negative = negative !== (sign === "-");
    const value = this.#take("(") ? this.#group() : this.#number();
    return negative ? -value : value;
  }

  #group(): number {
    // The parser recurses, and the stack is not the caller's to fill.
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ArithmeticError(`parentheses are nested deeper than ${MAX_DEPTH}`);
    const value = this.#sum();
    if (!this.#take(")")) throw new ArithmeticError('a ")" is missing');
    this.#depth -= 1;
    return value;
  }

  #number(): number {
    const token = this.tokens[this.#at];
    if (!token) throw new ArithmeticError("the expression ends where a number is expected");
    if (!/\d/.test(token.text)) throw new ArithmeticError(`"${token.text}" at ${token.column} is no number`);
    this.#at += 1;
    return Number(token.text);
  }

  #take(...texts: readonly string[]): string | undefined {
    const text = this.tokens[this.#at]?.text;
    if (text === undefined || !texts.includes(text)) return undefined;
    this.#at += 1;
    return text;
  }
}
