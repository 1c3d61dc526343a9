import { printable } from "../logger.js";
import { printJson } from "../remote.js";

/** Prints a result: as JSON, or in words. What strangers wrote in them cannot steer the terminal. */
export function say({ json }: { readonly json?: boolean | undefined }, value: unknown, words: string): void {
  if (json) printJson(value);
  else process.stdout.write(`${printable(words)}\n`);
}
