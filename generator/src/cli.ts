import { Command, CommanderError } from "commander";
import pc from "picocolors";
import { UsageError } from "./commands/config.js";
import { explain } from "./commands/explain.js";
import { exitCodes, report } from "./commands/report.js";
import { addStackCommands } from "./commands/stack.js";
import { ownVersion } from "./commands/version.js";
import { DiagnosticsError } from "./diagnostics/diagnostic.js";
import { visible } from "./diagnostics/print.js";

const exitCodeHelp = `
Exit codes:
  0  all is well
  1  problems in the contracts, the vectors or the output; each is listed
  2  the command was called wrongly
`;

const examples = {
  generate: `
Examples:
  $ agentwire generate                                       the contracts of agentwire.config.json
  $ agentwire generate --check                               in CI: exit 1 when the output is stale
  $ agentwire generate --spec petstore.yaml --out src/api    one OpenAPI file into one folder
  $ agentwire generate --spec petstore.yaml --out api --standalone
  $ agentwire generate --spec contracts --out packages --packages @acme
  $ agentwire generate --spec petstore.yaml --out api --artefacts models,client
`,
  lint: `
Examples:
  $ agentwire lint
  $ agentwire lint --spec petstore.yaml --json
`,
  vectors: `
Examples:
  $ agentwire vectors              run every vector, and say what none of them touches
  $ agentwire vectors --strict     gaps are errors too
`,
  model: `
Examples:
  $ agentwire model
  $ agentwire model --spec petstore.yaml --json
`,
  types: `
Examples:
  $ agentwire types event.schema.json
  $ agentwire types event.schema.json --name AuditEvent --out src/audit-event.ts
`,
};

function withSpec(command: Command): Command {
  return command
    .option("--spec <path>", "folder of contracts or JSON Schemas, or one OpenAPI 3.0, 3.1 or 3.2 or JSON Schema file")
    .option("--root <dir>", "folder that references may not leave (default: that of the contract)")
    .option("--map <uri=dir...>", "folder that stands for URIs with a prefix, as references may not reach the network")
    .option("--max-bytes <n>", "largest document to read, in bytes (default: 67108864)");
}

/** Commands load when they run: help, and a mistake in the call, need none of their libraries. */
async function program(finish: (code: number) => void): Promise<Command> {
  const cli = new Command("agentwire")
    .description(
      "The contract is the product: OpenAPI and JSON Schema to typed models, validators, clients and server bases.",
    )
    .version(ownVersion())
    .addHelpText("after", exitCodeHelp)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(pc.red(text)) });

  withSpec(cli.command("generate"))
    .description("write models, validators, clients and server bases")
    .option("--out <dir>", "folder to write to")
    .option("--packages <scope>", "write npm packages <scope>/models, /client and /server")
    .option("--standalone", "copy the kit into the output, which then needs no package of ours")
    .option("--service <name...>", "only these services")
    .option("--name <name>", "name of the service of a single file (default: its title)")
    .option("--artefacts <list>", "some of models,validators,client,server,paths (default: all but paths)")
    .option("--names <how>", "lock: names.lock.json keeps names, clashes get longer ones; strict: clashes are errors")
    .option("--no-assert-formats", "take `format` as a hint, as JSON Schema 2020-12 does by itself")
    .option("--report <file>", "write as JSON what types or the output do not carry of the contract, with its place")
    .option("--strict", "exit 1, and write nothing, when something is not carried at all")
    .option("--check", "write nothing; exit 1 when the output is not what the contracts give")
    .option("--watch", "generate again after every change")
    .option("--json", "report as JSON")
    .addHelpText("after", examples.generate + exitCodeHelp)
    .action(async (options) => finish(await (await import("./commands/generate.js")).generate(options)));

  withSpec(cli.command("lint"))
    .description("check contracts and vectors; list all problems at once")
    .option("--json", "report as JSON")
    .addHelpText("after", examples.lint + exitCodeHelp)
    .action(async (options) => finish(await (await import("./commands/lint.js")).lint(options)));

  withSpec(cli.command("vectors"))
    .description("judge every vector by the generated validators, and list what no vector touches")
    .option("--strict", "what no vector touches is an error")
    .option("--json", "report as JSON")
    .addHelpText("after", examples.vectors + exitCodeHelp)
    .action(async (options) => finish(await (await import("./commands/vectors.js")).vectors(options)));

  withSpec(cli.command("model"))
    .description("print what the generator understood")
    .option("--json", "the whole model as JSON")
    .addHelpText("after", examples.model + exitCodeHelp)
    .action(async (options) => finish(await (await import("./commands/model.js")).model(options)));

  cli
    .command("types <file>")
    .description("print the TypeScript types of one JSON Schema file")
    .option("--name <name>", "name of the type (default: the schema's title, else the file's name)")
    .option("--out <file>", "file to write to (default: standard output)")
    .option("--json", "report as JSON")
    .addHelpText("after", examples.types + exitCodeHelp)
    .action(async (file, options) => finish(await (await import("./commands/types.js")).types({ file, ...options })));

  cli
    .command("explain [code]")
    .description("say what a diagnostic means and what to do")
    .action((code?: string) => finish(explain(code)));
  // Looked for only when none of the commands above is meant, so that these start as fast as they can.
  const [name = ""] = process.argv.slice(2);
  if (!cli.commands.some((command) => command.name() === name)) await addStackCommands(cli, finish);
  return cli;
}

// Whoever reads the output may have enough of it before the end, such as `head`.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });

try {
  const cli = await program((code) => {
    process.exitCode = code;
  });
  await cli.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else if (error instanceof DiagnosticsError) {
    report(error.diagnostics, { json: process.argv.includes("--json") });
    process.exitCode = exitCodes.usage;
  } else if (error instanceof UsageError) {
    process.stderr.write(`${pc.red("error")} ${visible(error.message)}\n`);
    process.exitCode = exitCodes.usage;
  } else {
    // A fault of the tool's own: say so, without a stack trace unless asked.
    const text = error instanceof Error ? (process.env.AGENTWIRE_DEBUG ? error.stack : error.message) : String(error);
    process.stderr.write(
      `${pc.red("internal error")} ${visible(text ?? "")}\nPlease report it; AGENTWIRE_DEBUG=1 shows where it happened.\n`,
    );
    process.exitCode = exitCodes.problems;
  }
}
