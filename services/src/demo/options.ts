import { parseArgs } from "node:util";
import { DEFAULT_PORTS, type Ports } from "../config/names.js";

export const DEFAULT_GOAL = 'Work out (17 + 4) * 2 - 6 / 3 and measure "One contract, every agent surface."';

export const HELP = `Usage: npm start -- [options]

Regenerates the packages from spec/, starts the four reference services and shows them at work.

Options:
  --goal <text>      what the run shall achieve; arithmetic, a quoted text or the time are what the planner knows
  --once             stop after the demonstration instead of waiting for Ctrl-C
  --port-base <n>    runtime on n, tool registry on n+1, daemon on n+2, session on n+3 (default 8081; 0: free ports)
  --help             this text
`;

/** What the demonstration was asked for. */
export interface DemoOptions {
  readonly goal: string;
  readonly once: boolean;
  readonly ports: Ports;
}

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the command line. Undefined: only the help is wanted.
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { goal, once, help, "port-base": base } = parse(args);
  if (help) return undefined;
  if (goal?.trim() === "") throw new UsageError("--goal must not be empty");
  return {
    goal: goal ?? DEFAULT_GOAL,
    once: once ?? false,
    ports: base === undefined ? DEFAULT_PORTS : portsFrom(base),
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        goal: { type: "string" },
        once: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        "port-base": { type: "string" },
      },
    });
    return values;
  } catch (error) {
    // Node explains at length how to pass such a word on; the first sentence is enough.
    throw new UsageError((error as Error).message.split(". ")[0] ?? "the options cannot be read");
  }
}

function portsFrom(text: string): Ports {
  const base = Number(text);
  if (!/^\d+$/.test(text) || base > 65_532)
    throw new UsageError(`--port-base must be a port up to 65532, not "${text}"`);
  const port = (offset: number): number => (base === 0 ? 0 : base + offset);
  return { runtime: port(0), "tool-registry": port(1), daemon: port(2), session: port(3) };
}
