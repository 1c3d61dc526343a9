import type { Logger } from "@agentwire/kit/server";
import pc from "picocolors";

/** Warnings and errors as lines for people, on standard error: what happens otherwise is nothing to read all day. */
export function personLogger(fields: Record<string, unknown> = {}): Logger {
  const say = (mark: string) => (more: object, message?: string) => {
    const { err, ...facts } = { ...fields, ...more } as Record<string, unknown>;
    const reason = err instanceof Error ? `: ${err.message}` : "";
    const known = Object.entries(facts).map(
      ([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
    );
    process.stderr.write(`${mark} ${printable(`${message ?? ""}${reason}`)} ${pc.dim(printable(known.join(" ")))}\n`);
  };
  const nothing = () => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: say(pc.yellow("warning")),
    error: say(pc.red("error")),
    child: (more) => personLogger({ ...fields, ...more }),
  };
}

/** Text of strangers without what would steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) =>
    character === "\n" || character === "\t"
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
