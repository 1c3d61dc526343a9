import { printable } from "../../logger.js";
import { dateTime } from "../time.js";

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** A line of a log for people: time, level, what happened, and the rest of what is known. */
export function logLine(line: string): string {
  const { time, level, msg, name: _, pid: __, hostname: ___, ...facts } = factsOf(line);
  if (typeof time !== "number" || typeof level !== "number") return `${printable(line)}\n`;
  const more = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const words = [dateTime(time), (LEVELS[level] ?? String(level)).padEnd(5), String(msg ?? ""), ...more];
  return `${printable(words.join(" ")).replaceAll("\n", "\n    ")}\n`;
}

function factsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not everything that a process prints is its log.
  }
  return {};
}
