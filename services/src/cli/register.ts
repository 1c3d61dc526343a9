import type { Command } from "commander";
import { SERVICE_NAMES } from "../config/names.js";
import type { Host } from "./host.js";
import { registerSessionCommands } from "./session/register.js";

const exitCodes = `
Exit codes:
  0  all is well
  1  it did not work: a run that failed, a service that cannot be reached or started
  2  the command was called wrongly, or the configuration is
`;

const examples = {
  up: `
Examples:
  $ agentwire up                              all services, in memory
  $ agentwire up --data .agentwire            the same, with everything kept in a folder
  $ agentwire up runtime tool-registry        some of them
  $ agentwire up --config stack.json --json   as configured, with logs as JSON lines
`,
  run: `
Examples:
  $ agentwire run "What is 6 * 7?" --follow
  $ agentwire run "Echo hello" --tool everything.echo --follow
  $ agentwire run "Summarise" --profile planner --follow     through the daemon
`,
};

/** Options of every command that talks to a service. */
function remote(command: Command, service: string): Command {
  return command
    .option("--url <url>", `where the ${service} is (default: where \`agentwire up\` puts it)`)
    .option("--token <token>", "bearer token (default: $AGENTWIRE_TOKEN)")
    .option("--json", "print JSON");
}

/** Adds the commands of the local stack to the command line tool. Each loads when it runs. */
export function register(cli: Command, host: Host): void {
  cli
    .command("up [service...]")
    .description(`run the reference services on this machine: ${SERVICE_NAMES.join(", ")}`)
    .option("--config <file>", "configuration (default: agentwire.stack.json, where it exists)")
    .option("--data <dir>", "folder of databases and logs (default: everything in memory)")
    .option("--port-base <n>", "runtime on n, tool registry n+1, daemon n+2, session n+3; 0 for free ports")
    .option("--json", "logs as JSON lines, and no banner")
    .addHelpText("after", examples.up + exitCodes)
    .action(async (services, options) => host.finish(await (await import("./up.js")).up(services, options, host)));

  cli
    .command("config")
    .description("print the configuration that `agentwire up` would use")
    .option("--config <file>", "configuration (default: agentwire.stack.json, where it exists)")
    .option("--schema", "print the JSON Schema of the file instead, for editors")
    .addHelpText("after", exitCodes)
    .action(async (options) => host.finish(await (await import("./config.js")).config(options, host)));

  remote(cli.command("run <goal>"), "runtime")
    .description("give a goal to a runtime")
    .option("--follow", "show its events as they come, and wait for the end")
    .option("--tool <id...>", "only these tools may be used")
    .option("--context <json>", "a JSON object that goes along with the goal")
    .option("--run-id <id>", "the id of the run (default: made up)")
    .option("--timeout <ms>", "milliseconds that the run may take")
    .option("--profile <name>", "let the daemon choose an instance of this runtime profile, or start one")
    .option("--daemon <url>", "where the daemon is")
    .addHelpText("after", examples.run + exitCodes)
    .action(async (goal, options) => host.finish(await (await import("./run.js")).run(goal, options, host)));

  remote(cli.command("runs [run-id]"), "daemon")
    .description("list the runs of the daemon, or inspect one")
    .option("--limit <n>", "how many to list (default 50)")
    .option("--trace", "its whole story")
    .option("--runtime <url>", "ask this runtime for one of its runs, instead of the daemon")
    .addHelpText("after", exitCodes)
    .action(async (id, options) => host.finish(await (await import("./runs.js")).runs(id, options, host)));

  remote(cli.command("tools [tool-id]"), "tool registry")
    .description("list the tools, inspect one, or call it")
    .option("--call <json>", "call it with these arguments")
    .addHelpText("after", exitCodes)
    .action(async (id, options) => host.finish(await (await import("./tools.js")).tools(id, options, host)));

  remote(cli.command("instances"), "daemon")
    .description("list the runtimes that the daemon knows")
    .addHelpText("after", exitCodes)
    .action(async (options) => host.finish(await (await import("./instances.js")).instances(options, host)));

  cli
    .command("mcp")
    .description("serve all tools of a tool registry as an MCP server on standard input and output")
    .option("--url <url>", "where the tool registry is (default: where `agentwire up` puts it)")
    .option("--token <token>", "bearer token (default: $AGENTWIRE_TOKEN)")
    .addHelpText("after", exitCodes)
    .action(async (options) => host.finish(await (await import("./mcp.js")).mcp(options)));

  registerSessionCommands(cli, host);
}
