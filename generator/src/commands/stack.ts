import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UsageError } from "./config.js";
import { readChecked } from "./config-check.js";

/** The reference services are a package of their own, made with what this tool generates: they are never needed to generate. */
const PACKAGE = "@agentwire/services";

const COMMANDS = [
  ...["up", "config", "run", "runs", "tools", "instances", "mcp"],
  ...["network", "agent", "permission", "session", "identity", "listen", "tap"],
];

/** What that package exports as `./cli`. */
interface StackCommands {
  register(cli: Command, host: Host): void;
}

interface Host {
  finish(code: number): void;
  readChecked(file: string, schema: object): Promise<unknown>;
  usageError(message: string): Error;
}

/** Adds the commands of the local stack, where its package is installed; else commands that say how to install it. */
export async function addStackCommands(cli: Command, finish: (code: number) => void): Promise<void> {
  try {
    const { register } = (await import(`${PACKAGE}/cli`)) as StackCommands;
    register(cli, {
      finish,
      readChecked: async (file, schema) => (existsSync(file) ? readChecked(file, schema) : undefined),
      usageError: (message) => new UsageError(message),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    for (const name of COMMANDS) addMissing(cli, name);
  }
}

function addMissing(cli: Command, name: string): void {
  cli
    .command(name)
    .description(`needs ${PACKAGE}`)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new UsageError(`"agentwire ${name}" is part of ${PACKAGE}: install it with  npm install ${PACKAGE}`);
    });
}
