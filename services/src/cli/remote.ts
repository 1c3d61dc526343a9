import { ApiError, bearer, type ClientOptions, ConnectionError, TimeoutError } from "@agentwire/kit/client";
import pc from "picocolors";
import { DEFAULT_PORTS, type ServiceName } from "../config/names.js";
import { messageOf } from "../shared/signals.js";
import { exitCodes } from "./host.js";
import { printable } from "./logger.js";

export interface RemoteOptions {
  readonly url?: string | undefined;
  /** Default: that of the environment. Empty: none. */
  readonly token?: string | undefined;
  readonly json?: boolean;
}

/** How to reach a service: where it was said to be, else where `agentwire up` puts it. */
export function clientOptions(
  service: ServiceName,
  { url, token }: Pick<RemoteOptions, "url" | "token">,
): ClientOptions {
  const given = token ?? process.env["AGENTWIRE_TOKEN"];
  return {
    baseUrl: url ?? `http://127.0.0.1:${DEFAULT_PORTS[service]}`,
    retries: 0,
    ...(given ? { auth: bearer(given) } : {}),
  };
}

/** Runs a command against a service; what goes wrong there is said in words. */
export async function withService(
  service: ServiceName,
  url: string | undefined,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const where = url ?? `http://127.0.0.1:${DEFAULT_PORTS[service]}`;
    if (error instanceof ConnectionError || error instanceof TimeoutError) {
      say(
        `the ${service} cannot be reached at ${where}`,
        `start it with \`agentwire up\`, or say where it is with --url`,
      );
    } else if (error instanceof ApiError) {
      say(
        error.status === 401 ? `${messageOf(error)} (give a token with --token or AGENTWIRE_TOKEN)` : messageOf(error),
      );
    } else throw error;
    return exitCodes.failed;
  }
}

/** What went wrong, or is not done, and what to do about it. */
export function say(problem: string, advice?: string): void {
  process.stderr.write(`${pc.red("error")} ${printable(problem)}\n${advice ? `${advice}\n` : ""}`);
}

/** Rows below a head, as wide as they need to be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => printable(cell).replace(/\s+/g, " ")));
  const widths = head.map((title, column) => Math.max(title.length, ...clean.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[pc.dim(line(head)), ...clean.map(line)].join("\n")}\n`;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${safeJson(value, 2)}\n`);
}

/** JSON in which characters that would steer a terminal are escaped, as JSON may have all others. */
export function safeJson(value: unknown, indent = 0): string {
  return printable(JSON.stringify(value, null, indent));
}

/** A JSON object from the command line. */
export function jsonObject(
  text: string,
  option: string,
  usageError: (message: string) => Error,
): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw usageError(`${option} takes a JSON object, not ${text}`);
}
